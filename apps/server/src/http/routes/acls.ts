/** `/v1/kafka/acls`: bindings are read as they are everywhere else, in an init file or on the command line. */
import { formatAclBinding, parseAclBinding, parseAclBindingFilter } from '@logbrook/acl/binding'
import type { AclList } from '@logbrook/contract/acls'
import type { AclBinding } from '@logbrook/kafka/acl'
import { KafkaError } from '@logbrook/kafka/errors'
import { suggestion } from '@logbrook/kafka/nearest'
import { basicCaller } from '../caller.ts'
import type { App, RouteContext } from '../context.ts'
import { describingBody } from '../described-body.ts'
import { closedQuery } from '../query.ts'

const FILTER_FIELDS = ['principal', 'host', 'operation', 'permission_type', 'resource_type', 'resource_name', 'pattern_type'] as const

export function registerAcls(app: App, context: RouteContext): void {
  const { permissions } = context.broker

  app.get('/v1/kafka/acls', async (c) => {
    const caller = await basicCaller(c.env, context)
    const filter = parseAclBindingFilter(closedQuery(c.env, FILTER_FIELDS), 'query')
    return c.json(listBody(await permissions.list(caller, filter)))
  })

  app.post('/v1/kafka/acls', async (c) => {
    const caller = await basicCaller(c.env, context)
    const raw = onlyList(await describingBody(c.env), 'bindings')
    const bindings = raw.map((binding, i) => parseAclBinding(binding, `bindings[${i}]`))
    await permissions.add(caller, bindings)
    return c.json(listBody(bindings), 201)
  })

  app.delete('/v1/kafka/acls', async (c) => {
    const caller = await basicCaller(c.env, context)
    const raw = onlyList(await describingBody(c.env), 'filters')
    const filters = raw.map((filter, i) => parseAclBindingFilter(filter, `filters[${i}]`))
    return c.json(listBody(await permissions.remove(caller, filters)))
  })
}

function listBody(bindings: readonly AclBinding[]): AclList {
  return { bindings: bindings.map(formatAclBinding) }
}

/** The list that is the body's one field. @throws KafkaError INVALID_REQUEST */
function onlyList(body: unknown, field: string): readonly unknown[] {
  const object = typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : {}
  const unknown = Object.keys(object).find((key) => key !== field)
  if (unknown !== undefined) {
    throw new KafkaError('INVALID_REQUEST', `unknown field ${JSON.stringify(unknown)}${suggestion(unknown, [field])}`)
  }
  const list = object[field]
  if (!Array.isArray(list)) throw new KafkaError('INVALID_REQUEST', `the body must be an object whose field ${field} is an array`)
  return list
}
