/**
 * Faults on purpose: rules that say which requests shall go wrong, and how.
 *
 * - The first rule that was added and is due takes a request, and only that one is done to it.
 * - A rule counts the requests that match it and that no earlier rule has taken: `nth` and `times` are of these.
 * - A rule is for requests that come after it was added, and is no more once it was removed.
 */
import { parseBody } from '@logbrook/contract/parse-body'
import { FaultRuleBody } from '@logbrook/contract/testing'
import type { FaultAction, FaultMatch, FaultRule } from '@logbrook/contract/testing'
import { KafkaError } from '@logbrook/kafka/errors'
import { FAULTS_MAX } from '@logbrook/kafka/limits'
import { verdictOn } from './fault-matching.ts'
import type { RequestFacts } from './fault-matching.ts'

/** A rule at work. */
export interface Fault {
  /** Its number, from 1 on in the order of adding. */
  readonly id: number
  readonly match: FaultMatch
  readonly do: FaultAction
  /** Requests that matched it, and that no earlier rule had taken. */
  readonly matched: number
  /** How many of them it was done to. */
  readonly fired: number
  /** Idempotent. */
  remove(): void
}

export interface Faults {
  /** @throws KafkaError INVALID_REQUEST naming the key that is wrong; POLICY_VIOLATION when there are `FAULTS_MAX` */
  add(rule: FaultRule): Fault
  /** In the order of adding; also those that will not fire again. */
  list(): readonly Fault[]
  clear(): void
}

/** What is asked of the faults for one request. */
export interface FaultChoice {
  /**
   * The fault that takes the request; `null` when there is none; `undefined` while that cannot be said. To be asked whenever more is known
   * of the request, until it says one of the others.
   */
  choose(facts: RequestFacts): Fault | null | undefined
}

export interface FaultRegistry extends Faults {
  /** To be called when a request comes. */
  begin(): FaultChoice
}

export function createFaults(): FaultRegistry {
  const rules = new Set<Rule>()
  let added = 0

  return {
    add(rule) {
      // Exactly one action, as the schema has it: what its flat type cannot say.
      const { match = {}, do: action } = parseBody(FaultRuleBody, rule) as FaultRule
      if (rules.size >= FAULTS_MAX) throw new KafkaError('POLICY_VIOLATION', `there are ${rules.size} faults; the limit is ${FAULTS_MAX}`)
      added++
      const fault = new Rule(added, match, action, () => rules.delete(fault))
      rules.add(fault)
      return fault
    },
    list: () => [...rules],
    clear: () => rules.clear(),
    begin() {
      const undecided = [...rules]
      return {
        choose(facts) {
          for (let rule = undecided[0]; rule !== undefined; rule = undecided[0]) {
            const verdict = rules.has(rule) ? verdictOn(rule, facts) : 'no'
            if (verdict === 'open') return undefined
            undecided.shift()
            if (verdict === 'yes' && rule.take()) return rule
          }
          return null
        },
      }
    },
  }
}

class Rule implements Fault {
  readonly id: number
  readonly match: FaultMatch
  readonly do: FaultAction
  readonly remove: () => void
  #matched = 0
  #fired = 0

  constructor(id: number, match: FaultMatch, action: FaultAction, remove: () => void) {
    this.id = id
    this.match = match
    this.do = action
    this.remove = remove
  }

  get matched(): number {
    return this.#matched
  }

  get fired(): number {
    return this.#fired
  }

  /** Counts a request that matches; answers whether the fault is done to it. */
  take(): boolean {
    const { nth, times = nth === undefined ? Infinity : 1 } = this.match
    this.#matched++
    if (this.#matched < (nth ?? 1) || this.#fired >= times) return false
    this.#fired++
    return true
  }
}
