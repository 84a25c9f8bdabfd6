import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ERRORS } from '@logbrook/kafka/errors'
import { ENDPOINT_NAMES, ENDPOINTS } from '../src/endpoints.ts'
import { openApiDocument } from '../src/openapi.ts'
import { ROUTES } from '../src/routes.ts'

interface Operation {
  readonly operationId: string
  readonly description: string
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Readonly<Record<string, unknown>> }>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

const document = openApiDocument('1.2.3') as unknown as Document

/** Every `$ref` in a value. */
function refsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : refsIn(inner)))
}

function operationOf(id: string): Operation {
  const operation = Object.values(document.paths)
    .flatMap((item) => Object.values(item))
    .find(({ operationId }) => operationId === id)
  assert.ok(operation, id)
  return operation
}

describe('the OpenAPI document', () => {
  it('refers to every schema that it has, and to no other', () => {
    const defined = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
    assert.deepEqual(new Set(refsIn(document)), new Set(defined))
  })

  it('is JSON that survives being written', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(document)), document)
  })

  it('names every parameter of a path', () => {
    for (const { path, operationId } of ROUTES) {
      const named = operationOf(operationId).parameters.filter((parameter) => parameter.in === 'path')
      assert.deepEqual(
        named.map(({ name }) => `{${name}}`),
        path.match(/\{\w+\}/g) ?? [],
      )
    }
  })

  it('says what each endpoint asks the authorizer', () => {
    for (const { operationId, authorizes } of ROUTES)
      assert.ok(operationOf(operationId).description.endsWith(`Authorization: ${authorizes}.`))
  })

  it('answers each error under its status in the one table, but never 404 on the intake', () => {
    for (const { operationId, errors, dialect } of ROUTES) {
      const { responses } = operationOf(operationId)
      for (const error of errors) {
        const { status, meaning } = ERRORS[error]
        assert.ok(responses[status]?.description.includes(`\`${error}\`: ${meaning}`), `${operationId} ${error}`)
      }
      if (dialect === 'datadog') assert.equal(responses['404'], undefined)
    }
  })

  it('renders errors as each dialect does', () => {
    const contentOf = (id: string) => Object.keys(operationOf(id).responses['401']?.content ?? {})
    assert.deepEqual(contentOf('createTopic'), ['application/problem+json'])
    assert.deepEqual(contentOf('fetch'), ['application/json'])
    assert.deepEqual(contentOf('sendLogs'), ['application/json'])
    assert.deepEqual(refsIn(operationOf('sendLogs').responses['401']), ['#/components/schemas/IntakeError'])
  })
})

describe('the endpoints', () => {
  it('are those of the route table, each in its own row', () => {
    assert.deepEqual(ROUTES.map(({ operationId }) => operationId).toSorted(), ENDPOINT_NAMES.toSorted())
  })

  it('are about what their paths name', () => {
    for (const { path, about } of Object.values(ENDPOINTS)) {
      if (path.includes('{partition}')) assert.equal(about, 'partition', path)
      else if (path.includes('{topic}')) assert.notEqual(about, null, path)
    }
  })
})
