import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { refusalOf, startGuardedServer, startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'

const ADMIN = 'admin:secret'

let api: TestServer
before(async () => void (api = await startGuardedServer()))
after(() => api.close())

/** A binding in full, as it is answered. */
function binding(principal: string, fields: object = {}): object {
  return {
    principal,
    host: '*',
    operation: 'READ',
    permission_type: 'ALLOW',
    resource_type: 'TOPIC',
    resource_name: 'logs',
    pattern_type: 'LITERAL',
    ...fields,
  }
}

const acls = (method: string, json?: unknown, path = '') => api.ask(`/v1/kafka/acls${path}`, { method, json, as: ADMIN })

describe('ACL bindings', () => {
  it('are created with what is left out filled in, listed and deleted', async () => {
    const asked = { principal: 'User:a', operation: 'Read', resource_type: 'topic', resource_name: 'logs' }
    const written = binding('User:a')
    const created = await acls('POST', { bindings: [asked, binding('User:b', { operation: 'WRITE', pattern_type: 'PREFIXED' })] })
    assert.equal(created.status, 201)
    const other = binding('User:b', { operation: 'WRITE', pattern_type: 'PREFIXED' })
    assert.deepEqual(created.body, { bindings: [written, other] })
    const listed = await acls('GET')
    assert.deepEqual([listed.status, listed.body], [200, { bindings: [written, other] }])
    assert.deepEqual((await acls('GET', undefined, '?principal=User:b&operation=write')).body, { bindings: [other] })
    assert.deepEqual((await acls('GET', undefined, '?resource_name=other')).body, { bindings: [] })
    const deleted = await acls('DELETE', { filters: [{ principal: 'User:b' }, { principal: 'User:c' }] })
    assert.deepEqual([deleted.status, deleted.body], [200, { bindings: [other] }])
    assert.deepEqual((await acls('GET')).body, { bindings: [written] })
  })

  it('count at the next request', async () => {
    await acls('POST', { bindings: [binding('User:a', { resource_name: 'counted' })] })
    const question = { principal: 'User:a', operation: 'READ', resource_type: 'TOPIC', resource_name: 'counted' }
    assert.equal(((await acls('POST', question, '/explain')).body as { allowed: boolean }).allowed, true)
    await acls('DELETE', { filters: [{ resource_name: 'counted' }] })
    assert.equal(((await acls('POST', question, '/explain')).body as { allowed: boolean }).allowed, false)
  })

  const refusals: readonly (readonly [why: string, method: string, json: unknown, message: string])[] = [
    ['an unknown field', 'POST', { binding: [] }, 'unknown field "binding"; did you mean bindings?'],
    ['no list', 'POST', { bindings: {} }, 'the body must be an object whose field bindings is an array'],
    ['no object', 'DELETE', [], 'the body must be an object whose field filters is an array'],
    [
      'an unknown field of a filter, which would match everything',
      'DELETE',
      { filters: [{ principle: 'User:a' }] },
      'filters[0]: there is no field "principle"; did you mean principal?',
    ],
    [
      'a misspelt word',
      'POST',
      { bindings: [binding('User:a'), binding('User:a', { operation: 'RAED' })] },
      'bindings[1]: operation is "RAED"; did you mean READ? It may be ALL, READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, CLUSTER_ACTION, ' +
        'DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE',
    ],
  ]
  for (const [why, method, json, message] of refusals) {
    it(`are refused for ${why}, all of them`, async () => {
      const { body } = await acls('GET')
      assert.deepEqual(refusalOf(await acls(method, json)), [400, 'INVALID_REQUEST', message])
      assert.deepEqual((await acls('GET')).body, body)
    })
  }

  it('are not listed by a filter that there is not', async () => {
    assert.deepEqual(refusalOf(await acls('GET', undefined, '?user=a')).slice(0, 2), [400, 'INVALID_REQUEST'])
  })
})

describe('explaining', () => {
  const question = { principal: 'User:reader', operation: 'READ', resource_type: 'TOPIC', resource_name: 'explained' }
  const query = '?principal=User:reader&operation=read&resource_type=topic&resource_name=explained'

  it('names the closest binding where none decides, and the one that does', async () => {
    await acls('DELETE', { filters: [{}] })
    const near = binding('User:reader', { operation: 'WRITE', resource_name: 'explained' })
    await acls('POST', { bindings: [near] })
    const denied = await acls('POST', question, '/explain')
    assert.equal(denied.status, 200)
    assert.deepEqual(denied.body, {
      enforced: true,
      allowed: false,
      reason: 'no-binding-matches',
      binding: null,
      near_misses: [{ binding: near, differs_in: ['operation'] }],
      sentence: (denied.body as { sentence: string }).sentence,
    })
    assert.match((denied.body as { sentence: string }).sentence, /^User:reader may not READ topic explained from 127\.0\.0\.1: /)
    const exact = binding('User:reader', { resource_name: 'explained' })
    await acls('POST', { bindings: [exact] })
    const lowerCase = await acls('POST', { ...question, operation: 'read', resource_type: 'topic', host: '127.0.0.1' }, '/explain')
    assert.deepEqual(lowerCase.body, (await acls('GET', undefined, `/explain${query}`)).body)
    assert.deepEqual(lowerCase.body, {
      enforced: true,
      allowed: true,
      reason: 'allow-binding',
      binding: exact,
      near_misses: [],
      sentence: 'User:reader may READ topic explained from 127.0.0.1: ALLOW READ for User:reader from * on TOPIC LITERAL explained',
    })
  })

  it('says that nothing is enforced while ACLs are off', async () => {
    await using open = await startTestServer()
    const { body } = await open.ask(`/v1/kafka/acls/explain${query}`)
    assert.deepEqual([(body as { enforced: boolean }).enforced, (body as { allowed: boolean }).allowed], [false, false])
  })

  it('refuses a question that is not whole, or holds what it does not ask for', async () => {
    const refusals = []
    for (const path of ['/explain', `/explain${query}&pattern_type=LITERAL`, `/explain${query}&host=1.2.3.4&host=1.2.3.5`]) {
      refusals.push(refusalOf(await acls('GET', undefined, path)).slice(0, 2))
    }
    refusals.push(refusalOf(await acls('POST', { ...question, resource: 'x' }, '/explain')).slice(0, 2))
    assert.deepEqual(
      refusals,
      Array.from({ length: 4 }, () => [400, 'INVALID_REQUEST']),
    )
  })
})
