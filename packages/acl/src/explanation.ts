/**
 * Says why a decision is as it is: the binding that decided, or those that came closest and what they lack.
 */
import type { AclBinding, Resource } from '@logbrook/kafka/acl'
import type { Decision, Reason } from './authorizer.ts'
import { mismatches } from './matching.ts'
import type { BindingField, Question } from './matching.ts'

/** A binding that would have changed the decision, had it matched. */
interface NearMiss {
  readonly binding: AclBinding
  /** The fields in which it does not speak about the question. */
  readonly differsIn: readonly BindingField[]
}

export interface Explanation extends Decision {
  /** Where no binding decided: the closest that would have decided otherwise, closest first. */
  readonly nearMisses: readonly NearMiss[]
  /** The whole of it for a person, in one sentence. */
  readonly sentence: string
}

/** A person reads them. */
const NEAR_MISSES_MAX = 5
/** A binding that differs in more is about something else. */
const DIFFERING_FIELDS_MAX = 2

export function explainDecision(decision: Decision, question: Question, bindings: readonly AclBinding[]): Explanation {
  const nearMisses = decision.binding === null && decision.reason !== 'super-user' ? nearMissesOf(decision, question, bindings) : []
  return { ...decision, nearMisses, sentence: sentenceOf(decision, question, nearMisses[0]) }
}

function nearMissesOf(decision: Decision, question: Question, bindings: readonly AclBinding[]): readonly NearMiss[] {
  const wanted = decision.allowed ? 'DENY' : 'ALLOW'
  const byDistance: NearMiss[][] = []
  for (const binding of bindings) {
    if (binding.permissionType !== wanted) continue
    const differsIn = mismatches(binding, question)
    if (differsIn.length > DIFFERING_FIELDS_MAX) continue
    const equals = (byDistance[differsIn.length] ??= [])
    if (equals.length < NEAR_MISSES_MAX) equals.push({ binding, differsIn })
  }
  return byDistance.flat().slice(0, NEAR_MISSES_MAX)
}

function sentenceOf(decision: Decision, question: Question, nearest: NearMiss | undefined): string {
  const { principal, host, operation, resource } = question
  const why = decision.binding === null ? WHY[decision.reason] : describeBinding(decision.binding)
  const verdict = `${principal} ${decision.allowed ? 'may' : 'may not'} ${operation} ${describeResource(resource)} from ${host}`
  const hint =
    nearest === undefined ? '' : `; the closest is ${describeBinding(nearest.binding)}, which differs in ${nearest.differsIn.join(' and ')}`
  return `${verdict}: ${why}${hint}`
}

const WHY: Readonly<Record<Reason, string>> = {
  'super-user': 'a super user may do everything',
  'deny-binding': 'a binding denies it',
  'allow-binding': 'a binding allows it',
  'no-binding-matches': 'there are bindings on the resource, but none that matches',
  'default-allow': 'no binding names the resource, and the default is to allow',
  'default-deny': 'no binding names the resource, and the default is to deny',
}

/** `topic logs`, `group readers`, `the cluster`. */
export function describeResource(resource: Resource): string {
  return resource.type === 'CLUSTER' ? 'the cluster' : `${resource.type.toLowerCase()} ${resource.name}`
}

/** `ALLOW READ for User:alice from * on TOPIC PREFIXED log`. */
function describeBinding(binding: AclBinding): string {
  const { permissionType, operation, principal, host, resourceType, patternType, resourceName } = binding
  return `${permissionType} ${operation} for ${principal} from ${host} on ${resourceType} ${patternType} ${resourceName}`
}
