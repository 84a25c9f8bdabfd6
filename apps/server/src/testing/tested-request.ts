/**
 * One request to a broker under test: what is known of it, which fault takes it, and what the journal says of it.
 *
 * A fault has its effect once. One that keeps the request from being done has it as soon as the fault takes the request; the others
 * leave it to whoever makes the effect to say that it was made.
 */
import type { FetchedTopic, FetchRequest } from '@logbrook/broker/fetch'
import type { NamedPartition } from '@logbrook/broker/topics'
import type { FaultAction } from '@logbrook/contract/testing'
import type { Clock } from '@logbrook/kafka/clock'
import { ERRORS, KafkaError } from '@logbrook/kafka/errors'
import type { ErrorName } from '@logbrook/kafka/errors'
import { sliceLength } from '@logbrook/kafka/record'
import type { HttpBindings } from '@hono/node-server'
import { RequestAborted } from '../http/body.ts'
import type { PartitionFault } from './fault-fetch.ts'
import type { RequestFacts } from './fault-matching.ts'
import type { Fault, FaultChoice } from './faults.ts'
import type { JournaledPartition, JournalWriter, RequestWriter } from './journal.ts'
import type { Located, Place } from './request-place.ts'

export interface TestedRequestOptions {
  readonly env: HttpBindings
  readonly located: Located
  readonly clock: Clock
  readonly choice: FaultChoice
  readonly journal: JournalWriter
}

export class TestedRequest {
  readonly env: HttpBindings
  readonly #clock: Clock
  readonly #choice: FaultChoice
  readonly #note: RequestWriter
  readonly #partitions: JournaledPartition[] = []
  #facts: RequestFacts
  /** `undefined` until it is decided. */
  #fault: Fault | null | undefined
  #isEffective = false
  #isCut = false

  constructor({ env, located, clock, choice, journal }: TestedRequestOptions) {
    this.env = env
    this.#clock = clock
    this.#choice = choice
    this.#facts = { ...located, principal: null, isAppending: false, isSettled: false }
    this.#note = journal.begin({
      timestampMs: clock.now(),
      method: env.incoming.method ?? '',
      path: env.incoming.url ?? '',
      endpoint: located.endpoint,
      principal: null,
      ...onlyPlace(located.places),
      outcome: 'pending',
      status: null,
      error: null,
      recordCount: 0,
      partitions: [],
    })
  }

  /** The topic that its path names. */
  get topic(): string | undefined {
    return this.#facts.places?.[0]?.topic
  }

  /**
   * To be told what becomes known, before anything is done that depends on it.
   *
   * @throws KafkaError, RequestAborted: what the fault ends the request with that takes it now
   */
  learn(more: Partial<RequestFacts>): void {
    this.#decide(more)
    const action = this.#ineffective?.do
    if (action === undefined) return
    if ('error' in action && !this.#isOfPartitions) {
      this.#isEffective = true
      throw faultError(action.error)
    }
    if ('drop' in action && action.drop === 'before') {
      this.cut()
      throw new RequestAborted()
    }
  }

  /** Whether the append is to be made twice. */
  takeDuplicate(): boolean {
    const isDuplicate = this.#ineffective !== null && 'duplicate' in this.#ineffective.do
    this.#isEffective ||= isDuplicate
    return isDuplicate
  }

  /** The error to be put into the partitions that match, when the fault is of these. */
  takePartitionError(): PartitionFault | null {
    const fault = this.#ineffective
    if (fault === null || !('error' in fault.do) || !this.#isOfPartitions) return null
    this.#isEffective = true
    return { error: fault.do.error, match: fault.match }
  }

  /** What is to be done to the answer, now that there is nothing more to know. */
  takeRest(): FaultAction | null {
    this.#decide({ isSettled: true })
    const action = this.#ineffective?.do ?? null
    this.#isEffective = true
    return action
  }

  /** Ends the connection at once. */
  cut(): void {
    this.#isEffective = true
    this.noteCut()
    this.env.incoming.socket.destroy()
  }

  noteCut(): void {
    this.#isCut = true
    this.#note.update({ outcome: 'cut' })
  }

  /** @param error its `code`, where it is an answer of failure */
  noteAnswer(status: number, error: string | null): void {
    if (this.#isCut) return
    this.#note.update(this.env.outgoing.destroyed ? { outcome: 'abandoned' } : { outcome: 'answered', status, error })
  }

  noteRecords({ topic, partition }: NamedPartition, fromOffset: number, count: number): void {
    this.#notePartition({ topic, partition, error: null, fromOffset, endOffset: fromOffset + count })
  }

  noteFetched({ topics: asked }: FetchRequest, topics: readonly FetchedTopic[]): void {
    for (const [i, { topic, partitions }] of topics.entries()) {
      for (const [j, { partition, error, slices }] of partitions.entries()) {
        const fromOffset = asked[i]!.partitions[j]!.fetchOffset
        const endOffset = fromOffset + slices.reduce((sum, slice) => sum + sliceLength(slice), 0)
        this.#notePartition({ topic, partition, error: error === 'NONE' ? null : error, fromOffset, endOffset })
      }
    }
  }

  #notePartition(partition: JournaledPartition): void {
    this.#partitions.push(partition)
    const recordCount = this.#partitions.reduce((sum, { fromOffset, endOffset }) => sum + endOffset - fromOffset, 0)
    this.#note.update({ recordCount, partitions: [...this.#partitions] })
  }

  #decide(more: Partial<RequestFacts>): void {
    this.#facts = { ...this.#facts, ...more }
    this.#note.update({ principal: this.#facts.principal, ...onlyPlace(this.#facts.places) })
    if (this.#fault !== undefined) return
    this.#fault = this.#choice.choose(this.#facts)
    if (this.#fault) this.#note.fault({ timestampMs: this.#clock.now(), fault: this.#fault.id, do: this.#fault.do })
  }

  /** The fault that took the request and has not had its effect. */
  get #ineffective(): Fault | null {
    return this.#isEffective ? null : (this.#fault ?? null)
  }

  /** Whether an error is that of some partitions of a fetch, and not that of all of the request. */
  get #isOfPartitions(): boolean {
    if (!this.#fault || !('error' in this.#fault.do)) return false
    const { match, do: action } = this.#fault
    const { endpoint } = this.#facts
    if (endpoint !== 'fetch' && endpoint !== 'fetchByGet') return false
    return (match.topic !== undefined || match.partition !== undefined) && ERRORS[action.error].code !== null
  }
}

export function faultError(error: ErrorName): KafkaError {
  return new KafkaError(error, `a test asked for this: ${ERRORS[error].meaning}`)
}

/** Topic and partition, where there is one of each. */
function onlyPlace(places: readonly Place[] | null): { readonly topic: string | null; readonly partition: number | null } {
  const topics = new Set(places?.map(({ topic }) => topic))
  const partitions = new Set(places?.map(({ partition }) => partition))
  const [topic = null] = topics.size === 1 ? topics : []
  const [partition] = topics.size === 1 && partitions.size === 1 ? partitions : []
  return { topic, partition: typeof partition === 'number' ? partition : null }
}
