/** Whether a rule is for a request, as far as the request is known. */
import type { EndpointName } from '@logbrook/contract/endpoints'
import { APPENDING_ENDPOINTS } from '@logbrook/contract/testing'
import type { FaultAction, FaultMatch } from '@logbrook/contract/testing'
import type { Principal } from '@logbrook/kafka/principal'
import type { Place } from './request-place.ts'

/** What is known of a request. */
export interface RequestFacts {
  readonly endpoint: EndpointName | null
  /** `null` while nobody has looked who is calling. */
  readonly principal: Principal | null
  /** `null` while it is not known what the request is about. */
  readonly places: readonly Place[] | null
  /** Whether it is about to append. */
  readonly isAppending: boolean
  /** Whether there is nothing more to know: what is not known now never will be. */
  readonly isSettled: boolean
}

/** `open`: that cannot be said yet. */
export type Verdict = 'yes' | 'no' | 'open'

export function verdictOn({ match, do: action }: { readonly match: FaultMatch; readonly do: FaultAction }, facts: RequestFacts): Verdict {
  const verdicts = new Set<Verdict>([
    match.endpoint === undefined || match.endpoint === facts.endpoint ? 'yes' : 'no',
    principalVerdict(match.principal, facts.principal),
    placeVerdict(match, facts.places),
    'duplicate' in action ? appendVerdict(facts) : 'yes',
  ])
  if (verdicts.has('no')) return 'no'
  if (verdicts.has('open')) return facts.isSettled ? 'no' : 'open'
  return 'yes'
}

function principalVerdict(wanted: Principal | undefined, principal: Principal | null): Verdict {
  if (wanted === undefined) return 'yes'
  if (principal === null) return 'open'
  return wanted === principal ? 'yes' : 'no'
}

/** Whether an endpoint's request has anything to append is known when it does. */
function appendVerdict({ endpoint, isAppending }: RequestFacts): Verdict {
  if (isAppending) return 'yes'
  return endpoint !== null && APPENDING_ENDPOINTS.includes(endpoint) ? 'open' : 'no'
}

/** Topic and partition are held against the same place. */
function placeVerdict({ topic, partition }: FaultMatch, places: readonly Place[] | null): Verdict {
  if (topic === undefined && partition === undefined) return 'yes'
  if (places === null) return 'open'
  const candidates = places.filter((place) => topic === undefined || place.topic === topic)
  if (candidates.length === 0) return 'no'
  if (partition === undefined || candidates.some((place) => place.partition === partition || place.partition === 'all')) return 'yes'
  return candidates.some((place) => place.partition === 'unknown') ? 'open' : 'no'
}
