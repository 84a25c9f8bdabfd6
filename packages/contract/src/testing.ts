/**
 * What a test says to a broker under test, and hears from it: faults, the journal, the clock, snapshots. A rule is the same in a
 * program of this language, where it is given to `broker.faults.add`, and over HTTP, under `/v1/testing/`.
 */
import { durationMs, durationProblem } from '@logbrook/kafka/duration'
import type { Duration } from '@logbrook/kafka/duration'
import { ERRORS } from '@logbrook/kafka/errors'
import type { ErrorName } from '@logbrook/kafka/errors'
import { suggestion } from '@logbrook/kafka/nearest'
import { isPrincipal } from '@logbrook/kafka/principal'
import type { Principal } from '@logbrook/kafka/principal'
import { topicNameProblem } from '@logbrook/kafka/topic-name'
import { z } from 'zod'
import { closedObject } from './closed-object.ts'
import { ENDPOINT_NAMES, ENDPOINTS } from './endpoints.ts'
import type { EndpointName } from './endpoints.ts'

/** Which requests a fault is for: those that are all of what is given. */
export interface FaultMatch {
  readonly endpoint?: EndpointName
  /** One of the topics that the request is about. */
  readonly topic?: string
  /** One of the partitions that the request is about, also one that the broker chose. */
  readonly partition?: number
  readonly principal?: Principal
  /** The fault begins at the nth of these requests, from 1 on, and ends with it unless `times` says more. */
  readonly nth?: number
  /** Of how many of them; of all by default. */
  readonly times?: number
}

/**
 * What becomes of such a request.
 *
 * - `error`: it is refused with this error, in the dialect of its door, before anything is read or written. A fetch that was matched by
 *   `topic` or `partition` is answered, with the error in these partitions, if Kafka has a number for it.
 * - `delay`: what it asks for is done, and the answer held back, by the broker's clock or in real time.
 * - `drop`: its connection is cut, before or after what it asks for is done.
 * - `truncate`: its connection is cut after so many bytes of the answer's body, whose length was declared as a whole.
 * - `duplicate`: what it appends is appended twice, as by a producer that tries again; the answer is that of the second time.
 */
export type FaultAction =
  | { readonly error: ErrorName }
  | { readonly delay: Duration; readonly time?: 'clock' | 'real' }
  | { readonly drop: 'before' | 'after' }
  | { readonly truncate: number }
  | { readonly duplicate: true }

export interface FaultRule {
  /** Every request where it is left out. */
  readonly match?: FaultMatch
  readonly do: FaultAction
}

/** The endpoints whose requests append. */
export const APPENDING_ENDPOINTS: readonly EndpointName[] = ['sendLogs', 'sendLogsV1', 'produce']

const ERROR_NAMES = Object.keys(ERRORS).filter((name) => name !== 'NONE') as [ErrorName, ...ErrorName[]]
const ACTIONS = ['error', 'delay', 'drop', 'truncate', 'duplicate'] as const

const DurationText = z.union([z.number(), z.string()], { error: wrongDuration }).refine((value) => durationMs(value) !== null, {
  error: wrongDuration,
})

const FaultMatchBody = closedObject({
  endpoint: oneOf(ENDPOINT_NAMES, 'an endpoint').optional(),
  topic: z
    .string()
    .refine((name) => topicNameProblem(name) === null, { error: ({ input }) => topicNameProblem(String(input)) ?? '' })
    .optional(),
  partition: z.int().min(0).optional(),
  principal: z.string().refine(isPrincipal, { error: 'a principal is User:name' }).optional(),
  nth: z.int().min(1).optional(),
  times: z.int().min(1).optional(),
})

const FaultActionBody = closedObject({
  error: oneOf(ERROR_NAMES, 'an error').optional(),
  delay: DurationText.optional(),
  time: z.enum(['clock', 'real']).optional().describe('whose time a delay is in; `clock` by default'),
  drop: z.enum(['before', 'after']).optional(),
  truncate: z.int().min(0).optional(),
  duplicate: z.literal(true).optional(),
}).superRefine((action, context) => {
  const given = ACTIONS.filter((name) => action[name] !== undefined)
  if (given.length !== 1) {
    const found = given.length === 0 ? 'there is none' : `these are ${given.length}: ${given.join(', ')}`
    context.addIssue({ code: 'custom', message: `a fault does one of ${ACTIONS.join(', ')}; ${found}` })
  }
  if (action.time !== undefined && action.delay === undefined) {
    context.addIssue({ code: 'custom', path: ['time'], message: 'it is of a delay, and there is none' })
  }
})

const FAULT = { match: FaultMatchBody.optional(), do: FaultActionBody }

/** A rule that can never fire is refused: a test would wait for its fault in vain. */
export const FaultRuleBody = closedObject(FAULT).superRefine(({ match = {}, do: action }, context) => {
  const { endpoint } = match
  if (endpoint === undefined) return
  const { about } = ENDPOINTS[endpoint]
  if (match.topic !== undefined && about === null) refuse('topic', `requests of ${endpoint} are about no topic`)
  if (match.partition !== undefined && about !== 'partition') refuse('partition', `requests of ${endpoint} are about no partition`)
  if (action.duplicate === true && !APPENDING_ENDPOINTS.includes(endpoint)) {
    refuse('endpoint', `${endpoint} appends nothing that could be duplicated; these do: ${APPENDING_ENDPOINTS.join(', ')}`)
  }

  function refuse(key: keyof FaultMatch, message: string): void {
    context.addIssue({ code: 'custom', path: ['match', key], message })
  }
})

export const FaultBody = z.object({
  fault: z.int().describe('its number'),
  ...FAULT,
  matched: z.int().describe('requests that were such, and that no earlier rule had taken'),
  fired: z.int().describe('how many of them it was done to'),
})
export type FaultBody = z.infer<typeof FaultBody>

export const FaultList = z.object({ faults: z.array(FaultBody) })
export type FaultList = z.infer<typeof FaultList>

export const JournalPartitionBody = z.object({
  topic: z.string(),
  partition: z.int(),
  error: z.string().nullable(),
  from_offset: z.number().describe('of the first record that was appended, or the one that was asked for'),
  end_offset: z.number().describe('after the last record; where none was appended or handed out, `from_offset`'),
})
export type JournalPartitionBody = z.infer<typeof JournalPartitionBody>

const JournaledRequestBody = z.object({
  kind: z.literal('request'),
  sequence: z.int(),
  timestamp: z.number().describe("when it came, by the broker's clock"),
  method: z.string(),
  path: z.string().describe('with its query, as it came'),
  endpoint: z.enum(ENDPOINT_NAMES).nullable(),
  principal: z.string().nullable().describe('none before, or without, a login'),
  topic: z.string().nullable().describe('the only one that it is about'),
  partition: z.int().nullable().describe('the only one that it is about'),
  outcome: z.enum(['pending', 'answered', 'cut', 'abandoned']).describe('`cut`: by a fault. `abandoned`: by its client'),
  status: z.int().nullable(),
  error: z.string().nullable().describe('the `code` of the answer'),
  record_count: z.int().describe('appended, or handed out; those of a tail are not counted'),
  partitions: z.array(JournalPartitionBody).describe('what was appended or fetched, in the order of the request'),
})

const JournaledFaultBody = z.object({
  kind: z.literal('fault'),
  sequence: z.int(),
  timestamp: z.number(),
  request: z.int().describe('the sequence number of the request that it was done to'),
  fault: z.int(),
  do: FaultActionBody,
})

export const JournalEntryBody = z.discriminatedUnion('kind', [JournaledRequestBody, JournaledFaultBody])
export type JournalEntryBody = z.infer<typeof JournalEntryBody>

export const JournalBody = z.object({
  dropped: z.int().describe('entries that had to make room, the oldest first'),
  entries: z.array(JournalEntryBody).describe('requests as they came, each fault after its request'),
})
export type JournalBody = z.infer<typeof JournalBody>

export const ClockBody = z.object({ clock: z.enum(['system', 'manual']), now: z.number().describe('epoch milliseconds') })
export type ClockBody = z.infer<typeof ClockBody>

export const AdvanceClockRequest = closedObject({ by: DurationText })
export type AdvanceClockRequest = z.infer<typeof AdvanceClockRequest>

export const SnapshotBody = z.object({ snapshot: z.string().describe('what it is restored by') })
export type SnapshotBody = z.infer<typeof SnapshotBody>

function wrongDuration({ input }: { readonly input: unknown }): string {
  return durationProblem(input)
}

function oneOf<const Names extends readonly [string, ...string[]]>(names: Names, what: string) {
  return z.enum(names, {
    error: ({ input }) =>
      typeof input === 'string' ? `${JSON.stringify(input)} is not ${what}${suggestion(input, names)}` : `expected the name of ${what}`,
  })
}
