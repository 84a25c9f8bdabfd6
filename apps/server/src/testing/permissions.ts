/** Questions about permissions, and what a test expects of their answers. */
import type { PermissionExplanation, Permissions } from '@logbrook/broker/permissions'
import { parseAclBinding } from '@logbrook/acl/binding'
import { LogbrookError } from '@logbrook/client/error'
import { parseBody } from '@logbrook/contract/parse-body'
import type { Operation } from '@logbrook/kafka/acl'
import { KafkaError } from '@logbrook/kafka/errors'
import type { Principal } from '@logbrook/kafka/principal'
import { AskedQuestion } from './call-options.ts'
import { spelledOut } from './resource.ts'
import type { NamedResource } from './resource.ts'

/** May `principal` do `operation` to the resource? */
export type PermissionQuestion = NamedResource & {
  readonly principal: Principal
  readonly operation: Operation
  /** The address that is asked from; this machine's own by default. */
  readonly host?: string | undefined
}

/** May do everything, and is nobody: no user's name may hold a colon. */
export const FIXTURE_PRINCIPAL: Principal = 'User::fixture'
const FIXTURE = { principal: FIXTURE_PRINCIPAL, host: '127.0.0.1' } as const

/** @throws KafkaError INVALID_REQUEST naming the field */
export function explainPermission(permissions: Permissions, question: PermissionQuestion): PermissionExplanation {
  const fields = parseBody(AskedQuestion, { question }).question
  // It has the words of a binding.
  const { principal, operation, resourceType, resourceName } = parseAclBinding(spelledOut(fields, 'question'), 'question')
  const resource = { type: resourceType, name: resourceName }
  return permissions.explain(FIXTURE, { principal, operation, host: question.host ?? FIXTURE.host, resource })
}

/** @throws Error that says why it is allowed */
export function assertDenied({ allowed, enforced, sentence }: PermissionExplanation): void {
  if (!enforced) throw new Error('nothing is denied: the broker was created without acls, so that everyone may do everything')
  if (allowed) throw new Error(`expected to be denied: ${sentence}`)
}

/** @throws Error that says why it is denied */
export function assertAllowed({ allowed, enforced, sentence }: PermissionExplanation): void {
  if (enforced && !allowed) throw new Error(`expected to be allowed: ${sentence}`)
}

/** Whether what is expected is a call under way, and no question. @throws KafkaError INVALID_REQUEST for what is neither */
export function isCall(expected: PermissionQuestion | PromiseLike<unknown>): expected is PromiseLike<unknown> {
  if (typeof expected === 'object' && expected !== null) return 'then' in expected
  throw new KafkaError('INVALID_REQUEST', `what is expected to be denied is a question or the promise of a call, not ${typeof expected}`)
}

/** Asserts that a call was refused for want of permission. @throws Error that says what became of it instead */
export async function assertRefused(call: PromiseLike<unknown>): Promise<void> {
  let answer: unknown
  try {
    answer = await call
  } catch (error) {
    if (error instanceof LogbrookError && error.code.endsWith('_AUTHORIZATION_FAILED')) return
    throw new Error(`expected to be denied, and failed for another reason: ${String(error)}`, { cause: error })
  }
  // What `fetch` answers says of itself whether it is a refusal.
  if (isResponse(answer)) {
    if (answer.status === 403) return
    throw new Error(`expected to be denied, and was answered ${answer.status}: ${await answer.clone().text()}`)
  }
  throw new Error(`expected to be denied, and was answered: ${JSON.stringify(answer)}`)
}

/** Whichever `fetch` it is of. */
function isResponse(answer: unknown): answer is Response {
  return typeof answer === 'object' && answer !== null && 'status' in answer && 'clone' in answer && typeof answer.clone === 'function'
}
