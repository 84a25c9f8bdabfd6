/** `/v1/kafka/acls/explain`: whether a principal may do something, and why. */
import { formatAclBinding, parseAclBinding } from '@logbrook/acl/binding'
import type { PermissionExplanation } from '@logbrook/broker/permissions'
import type { ExplainResponse } from '@logbrook/contract/acls'
import { basicCaller } from '../caller.ts'
import type { App, RequestContext, RouteContext } from '../context.ts'
import { bodyAs } from '../described-body.ts'
import { closedQuery } from '../query.ts'

const FIELDS = ['principal', 'host', 'operation', 'resource_type', 'resource_name'] as const

type QuestionBody = { readonly [F in (typeof FIELDS)[number]]?: string | undefined }

export function registerExplain(app: App, context: RouteContext): void {
  async function explain(c: RequestContext, read: () => Promise<QuestionBody> | QuestionBody): Promise<Response> {
    const caller = await basicCaller(c.env, context)
    const { host = '127.0.0.1', ...question } = await read()
    // A question has the words of a binding: those that are spelt as kafka-acls takes them are understood here too.
    const { principal, operation, resourceType, resourceName, ...asked } = parseAclBinding({ ...question, host }, 'question')
    const resource = { type: resourceType, name: resourceName }
    return c.json(answerBody(context.broker.permissions.explain(caller, { principal, host: asked.host, operation, resource })))
  }

  app.get('/v1/kafka/acls/explain', (c) => explain(c, () => closedQuery(c.env, FIELDS)))
  app.post('/v1/kafka/acls/explain', (c) => explain(c, () => bodyAs(c.env, loadExplainRequest)))
}

function answerBody({ enforced, allowed, reason, binding, nearMisses, sentence }: PermissionExplanation): ExplainResponse {
  return {
    enforced,
    allowed,
    reason,
    binding: binding === null ? null : formatAclBinding(binding),
    near_misses: nearMisses.map((miss) => ({ binding: formatAclBinding(miss.binding), differs_in: [...miss.differsIn] })),
    sentence,
  }
}

async function loadExplainRequest() {
  const { ExplainRequest } = await import('@logbrook/contract/acls')
  return ExplainRequest
}
