/**
 * Waiting until records are there.
 *
 * - Nothing is polled: an append wakes. The limit is real time, whatever the broker's clock says, because what is waited for is an
 *   application, which lives in real time.
 * - Who has waited in vain is told what was there instead.
 */
import { parseBody } from '@logbrook/contract/parse-body'
import { systemClock } from '@logbrook/kafka/clock'
import { durationMs, durationProblem } from '@logbrook/kafka/duration'
import type { Duration } from '@logbrook/kafka/duration'
import { KafkaError } from '@logbrook/kafka/errors'
import { WaitOptionsBody } from './call-options.ts'
import type { FixtureRecord, RecordForm } from './records.ts'
import { assertWhole, openTopic } from './topic-reader.ts'
import type { Present, ReadOptions, TopicReader } from './topic-reader.ts'

export type WaitOptions<Form extends RecordForm = 'text'> = ReadOptions<Form> & {
  /** How long at most, in real time; 2 s by default, less than test runners wait for a test. */
  readonly within?: Duration | undefined
} & WaitCondition<Form>

type WaitCondition<Form extends RecordForm> =
  /** So many records. */
  | { readonly count: number; readonly where?: undefined; readonly offset?: undefined }
  /** So many records, 1 by default, for which this is true. */
  | { readonly where: (record: FixtureRecord<Form>) => boolean; readonly count?: number | undefined; readonly offset?: undefined }
  /** The record at that offset of the one `partition`. */
  | { readonly offset: number; readonly where?: undefined; readonly count?: undefined }

/** What was waited for did not come. */
export class WaitError extends Error {
  override readonly name = 'WaitError'
  /** All that was there instead. */
  readonly records: readonly FixtureRecord<RecordForm>[]

  constructor(message: string, records: readonly FixtureRecord<RecordForm>[]) {
    super(message)
    this.records = records
  }
}

const WITHIN_DEFAULT = '2s'

interface Goal<Form extends RecordForm> {
  /** As a sentence says it: `3 records`. */
  readonly words: string
  readonly count: number
  readonly matches: (record: FixtureRecord<Form>) => boolean
}

export async function waitForRecords<Form extends RecordForm = 'text'>(
  present: Present,
  name: string,
  options: WaitOptions<Form>,
): Promise<readonly FixtureRecord<Form>[]> {
  parseBody(WaitOptionsBody, options)
  const { within = WITHIN_DEFAULT, from = 0, as = 'text' as Form } = options
  const goal = goalOf(options)
  const withinMs = durationMs(within)
  if (withinMs === null) throw new KafkaError('INVALID_REQUEST', `within: ${durationProblem(within)}`)
  assertWhole('from', from)

  const reader = await openTopic(present, name, options.partition)
  if (options.offset !== undefined) await assertReachable(present, reader, options.offset)
  const positions = new Map(reader.partitions.map((number) => [number, from]))
  const seen: FixtureRecord<Form>[] = []
  const found: FixtureRecord<Form>[] = []
  const giveUp = new AbortController()
  const timer = systemClock.after(withinMs, () => giveUp.abort())
  try {
    for (;;) {
      for (const record of await reader.readFrom(positions, as)) {
        seen.push(record)
        if (goal.matches(record)) found.push(record)
      }
      if (found.length >= goal.count) return found
      const outcome = await present.storage.log.waitForAppend({
        positions: Array.from(positions, ([partition, offset]) => ({ topicId: reader.topic.id, partition, offset })),
        timeoutMs: Number.MAX_SAFE_INTEGER,
        signal: giveUp.signal,
      })
      const end = ENDS[outcome]
      if (end !== null)
        throw new WaitError(`topic ${name}: no ${goal.words} ${end(String(within))}; ${inventory(name, seen, found.length)}`, seen)
    }
  } finally {
    timer.cancel()
  }
}

/** How a sentence says that a wait has ended; `null` where it goes on. A manual clock that is moved far ends one, too. */
const ENDS = {
  appended: null,
  timeout: null,
  aborted: (within: string) => `within ${/^\d+$/.test(within) ? `${within} ms` : within}`,
  gone: () => 'before the topic was deleted, or the broker restored',
  closing: () => 'before the broker was stopped',
} as const

function goalOf<Form extends RecordForm>({ count, where, offset }: WaitOptions<Form>): Goal<Form> {
  if (offset !== undefined) {
    if (count !== undefined || where !== undefined) throw new KafkaError('INVALID_REQUEST', 'offset: it does not go with count or where')
    assertWhole('offset', offset)
    return { words: `record at offset ${offset}`, count: 1, matches: (record) => record.offset === offset }
  }
  if (count === undefined && where === undefined)
    throw new KafkaError('INVALID_REQUEST', 'what is waited for is missing: count, where or offset')
  const wanted = count ?? 1
  assertWhole('count', wanted)
  const records = wanted === 1 ? 'record' : `${wanted} records`
  return where === undefined
    ? { words: records, count: wanted, matches: () => true }
    : { words: `${records} where ${shortened(String(where))}`, count: wanted, matches: where }
}

async function assertReachable({ storage }: Present, { topic, partitions }: TopicReader, offset: number): Promise<void> {
  const [partition = 0] = partitions
  if (partitions.length > 1) {
    throw new KafkaError(
      'INVALID_REQUEST',
      `offset: it is of one partition, and topic ${topic.name} has ${topic.partitions}; say which by partition`,
    )
  }
  const { logStartOffset = 0 } = (await storage.log.watermarks({ topicId: topic.id, partition })) ?? {}
  if (offset >= logStartOffset) return
  throw new KafkaError(
    'OFFSET_OUT_OF_RANGE',
    `topic ${topic.name}, partition ${partition} begins at offset ${logStartOffset}; ${offset} is gone`,
  )
}

const RECORDS_SHOWN_MAX = 10
const VALUE_LENGTH_SHOWN_MAX = 120

function inventory(name: string, records: readonly FixtureRecord<RecordForm>[], matching: number): string {
  if (records.length === 0) return 'there is none'
  const count = records.length === 1 ? 'there is 1 record' : `there are ${records.length} records`
  const which = matching === records.length ? '' : `, of which ${matching === 0 ? 'none matches' : `${matching} match`}`
  const left = records.length - RECORDS_SHOWN_MAX
  const shown = records.slice(-RECORDS_SHOWN_MAX).map(({ partition, offset, key, value }) => {
    const keyed = key === null ? '' : `key ${shortened(textOf(key))}, `
    return `\n  ${name}-${partition} at ${offset}: ${keyed}${shortened(textOf(value))}`
  })
  return `${count}${which}:${left > 0 ? `\n  … ${left} more` : ''}${shown.join('')}`
}

function textOf(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString() : typeof value === 'string' ? value : JSON.stringify(value)
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > VALUE_LENGTH_SHOWN_MAX ? `${line.slice(0, VALUE_LENGTH_SHOWN_MAX)}…` : line
}
