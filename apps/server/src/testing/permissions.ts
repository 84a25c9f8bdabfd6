/** Questions about permissions, and what a test expects of their answers. */
import type { PermissionExplanation, Permissions } from '@logbrook/broker/permissions'
import { parseAclBinding } from '@logbrook/acl/binding'
import { LogbrookError } from '@logbrook/client/error'
import type { Operation } from '@logbrook/kafka/acl'
import type { Principal } from '@logbrook/kafka/principal'
import { spelledOut } from './options.ts'
import type { NamedResource } from './options.ts'

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
  // A question has the words of a binding.
  const { principal, operation, resourceType, resourceName } = parseAclBinding(spelledOut({ ...question }), 'question')
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

/** Whether a call was refused for want of permission. @throws Error that says what became of it instead */
export async function assertRefused(call: PromiseLike<unknown>): Promise<void> {
  let answer: unknown
  try {
    answer = await call
  } catch (error) {
    if (error instanceof LogbrookError && error.code.endsWith('_AUTHORIZATION_FAILED')) return
    throw new Error(`expected to be denied, and failed for another reason: ${String(error)}`, { cause: error })
  }
  throw new Error(`expected to be denied, and was answered: ${JSON.stringify(answer)}`)
}
