/** `/v1/kafka/acls/explain`: whether a principal may do something, and why. */
import { formatAclBinding, parseAclBinding } from '@logbrook/acl/binding'
import type { PermissionExplanation } from '@logbrook/broker/permissions'
import type { ExplainResponse } from '@logbrook/contract/acls'
import { ANY_HOST } from '@logbrook/kafka/acl'
import { KafkaError } from '@logbrook/kafka/errors'
import { suggestion } from '@logbrook/kafka/nearest'
import { basicCaller } from '../caller.ts'
import type { App, RequestContext, RouteContext } from '../context.ts'
import { describingBody } from '../described-body.ts'
import { closedQuery } from '../query.ts'

const FIELDS = ['principal', 'host', 'operation', 'resource_type', 'resource_name'] as const

/** A question names one address, not every one. */
const HOST_DEFAULT = '127.0.0.1'

export function registerExplain(app: App, context: RouteContext): void {
  async function explain(c: RequestContext, read: () => Promise<unknown> | object): Promise<Response> {
    const caller = await basicCaller(c.env, context)
    const raw = await read()
    assertQuestion(raw)
    // A question has the words of a binding: those that are spelt as kafka-acls takes them are understood here too.
    const { principal, host, operation, resourceType, resourceName } = parseAclBinding(raw, 'question')
    const question = { principal, host: host === ANY_HOST ? HOST_DEFAULT : host, operation }
    const resource = { type: resourceType, name: resourceName }
    return c.json(explanationBody(context.broker.permissions.explain(caller, { ...question, resource })))
  }

  app.get('/v1/kafka/acls/explain', (c) => explain(c, () => closedQuery(c.env, FIELDS)))
  app.post('/v1/kafka/acls/explain', (c) => explain(c, () => describingBody(c.env)))
}

/** A binding has fields that a question has not. @throws KafkaError INVALID_REQUEST */
function assertQuestion(raw: unknown): void {
  const known: readonly string[] = FIELDS
  const unknown = Object.keys(Object(raw)).find((field) => !known.includes(field))
  if (unknown === undefined || Array.isArray(raw)) return
  throw new KafkaError('INVALID_REQUEST', `unknown field ${JSON.stringify(unknown)}${suggestion(unknown, known)}`)
}

export function explanationBody({ enforced, allowed, reason, binding, nearMisses, sentence }: PermissionExplanation): ExplainResponse {
  return {
    enforced,
    allowed,
    reason,
    binding: binding === null ? null : formatAclBinding(binding),
    near_misses: nearMisses.map((miss) => ({ binding: formatAclBinding(miss.binding), differs_in: [...miss.differsIn] })),
    sentence,
  }
}
