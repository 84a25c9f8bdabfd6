/** Records of a topic, held against live queries in an engine. */
import { recordsOf } from '@logbrook/kafka/record'
import type { RecordSlice } from '@logbrook/kafka/record'
import type { MatchedRecords, MatchedRow } from '../protocol.ts'
import { fromErrorData } from '../process/error-data.ts'
import { elementOf } from '../topics/elements.ts'
import { toLiveError } from './live-error.ts'
import type { LiveError } from './live-error.ts'
import type { Ask, LiveQuery } from './live-source.ts'

interface Matched {
  readonly rows: readonly MatchedRow[]
  /** Why there are none. */
  readonly error: LiveError | null
}

/** @param queries by what they are to be known by in the answer */
export type MatchRecords = (
  partition: number,
  slices: readonly RecordSlice[],
  queries: ReadonlyMap<string, LiveQuery>,
) => Promise<ReadonlyMap<string, Matched>>

export function createMatchRecords(ask: Ask, nowMs: () => number): MatchRecords {
  return async (partition, slices, queries) => {
    const [first] = queries.values()
    if (first === undefined) return new Map()
    const matched = await ask<MatchedRecords>({
      kind: 'match-records',
      caller: first.caller,
      queries: Array.from(queries, ([key, query]) => ({ key, ...query })),
      json: jsonOf(partition, slices),
      nowMs: nowMs(),
    })
    return new Map(
      matched.map(({ key, rows, error }) => [
        key,
        { rows, error: error === undefined ? null : toLiveError(fromErrorData(error), 'SUBSCRIPTION_FAILED') },
      ]),
    )
  }
}

function jsonOf(partition: number, slices: readonly RecordSlice[]): string {
  return JSON.stringify(slices.flatMap(recordsOf).map((record) => elementOf(record).concat(partition, record.offset)))
}
