/**
 * Decides as Kafka's `StandardAuthorizer` does: a pure function over a fixed set of bindings.
 *
 * - A super user may do everything, whatever the bindings say.
 * - A DENY that matches beats every ALLOW, whichever pattern, principal or host either of them names.
 * - Where nothing matches, a resource that any binding's pattern matches, be it another principal's or for another operation, is
 *   denied; only a resource that no pattern matches is left to the configured default (KAFKA-14435, of
 *   `allow.everyone.if.no.acl.found`). So one binding on LITERAL `*` ends the default for its resource type.
 * - An authorizer never changes: whoever changes bindings makes a new one, and its remembered decisions go with the old one.
 */
import type { AclBinding } from '@logbrook/kafka/acl'
import { DECISIONS_REMEMBERED_MAX } from '@logbrook/kafka/limits'
import { ANY_PRINCIPAL } from '@logbrook/kafka/principal'
import type { Principal } from '@logbrook/kafka/principal'
import { createBindingIndex } from './binding-index.ts'
import type { BindingIndex } from './binding-index.ts'
import { explainDecision } from './explanation.ts'
import type { Explanation } from './explanation.ts'
import { hostMatches, operationMatches } from './matching.ts'
import type { Question } from './matching.ts'

export interface AuthorizerOptions {
  readonly bindings: readonly AclBinding[]
  readonly superUsers: ReadonlySet<Principal>
  /** Kafka's `allow.everyone.if.no.acl.found`. */
  readonly allowWithoutBinding: boolean
}

export type Reason =
  | 'super-user'
  | 'deny-binding'
  | 'allow-binding'
  /** Bindings speak about the resource, but none about this question. */
  | 'no-binding-matches'
  | 'default-allow'
  | 'default-deny'

export interface Decision {
  readonly allowed: boolean
  readonly reason: Reason
  /** The binding that decided, or `null` where none did. */
  readonly binding: AclBinding | null
}

export interface Authorizer {
  authorize(question: Question): Decision
  /** The same decision, and why: for a person who asks. Reads every binding. */
  explain(question: Question): Explanation
}

const SUPER_USER: Decision = { allowed: true, reason: 'super-user', binding: null }
const NO_BINDING_MATCHES: Decision = { allowed: false, reason: 'no-binding-matches', binding: null }
const DEFAULT_ALLOW: Decision = { allowed: true, reason: 'default-allow', binding: null }
const DEFAULT_DENY: Decision = { allowed: false, reason: 'default-deny', binding: null }

export function createAuthorizer({ bindings, superUsers, allowWithoutBinding }: AuthorizerOptions): Authorizer {
  const index = createBindingIndex(bindings)
  const remembered = new Map<string, Decision>()

  function authorize(question: Question): Decision {
    if (superUsers.has(question.principal)) return SUPER_USER
    const key = keyOf(question)
    let decision = remembered.get(key)
    if (decision === undefined) {
      decision = decide(index, question) ?? (allowWithoutBinding ? DEFAULT_ALLOW : DEFAULT_DENY)
      if (remembered.size >= DECISIONS_REMEMBERED_MAX) remembered.clear()
      remembered.set(key, decision)
    }
    return decision
  }

  return {
    authorize,
    explain: (question) => explainDecision(authorize(question), question, bindings),
  }
}

/** `undefined` where no binding's pattern matches the resource. */
function decide(index: BindingIndex, question: Question): Decision | undefined {
  let resourceHasBindings = false
  let allow: AclBinding | undefined
  for (const entries of index.patternsMatching(question.resource)) {
    resourceHasBindings = true
    for (const principal of [question.principal, ANY_PRINCIPAL]) {
      for (const binding of entries.get(principal) ?? []) {
        if (!hostMatches(binding, question.host) || !operationMatches(binding, question.operation)) continue
        if (binding.permissionType === 'DENY') return { allowed: false, reason: 'deny-binding', binding }
        allow ??= binding
      }
    }
  }
  if (allow !== undefined) return { allowed: true, reason: 'allow-binding', binding: allow }
  return resourceHasBindings ? NO_BINDING_MATCHES : undefined
}

/** The resource's name comes last: the one part in which a client may write whatever it likes, also line breaks. */
function keyOf({ principal, host, operation, resource }: Question): string {
  return `${principal}\n${host}\n${operation}\n${resource.type}\n${resource.name}`
}
