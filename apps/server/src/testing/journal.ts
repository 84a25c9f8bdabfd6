/**
 * What was asked of a broker under test, and what went wrong on purpose, in order.
 *
 * - A request has its place from when it came, and its outcome from before its client sees the answer.
 * - The journal holds `JOURNAL_ENTRIES_MAX` entries; the oldest make room, and `dropped` says how many did.
 * - Sequence numbers begin at 1, again after `clear`; what then becomes of an earlier request is not noted.
 */
import type { EndpointName } from '@logbrook/contract/endpoints'
import type { FaultAction } from '@logbrook/contract/testing'
import { JOURNAL_ENTRIES_MAX } from '@logbrook/kafka/limits'
import type { Principal } from '@logbrook/kafka/principal'
import { journalLines } from './journal-body.ts'

export type JournalEntry = JournaledRequest | JournaledFault

export interface JournaledRequest {
  readonly kind: 'request'
  readonly sequence: number
  /** When it came, by the broker's clock; epoch milliseconds. */
  readonly timestampMs: number
  readonly method: string
  /** With its query, as it came. */
  readonly path: string
  /** `null` for what no endpoint takes. */
  readonly endpoint: EndpointName | null
  /** `null` before, or without, a login. */
  readonly principal: Principal | null
  /** The only one that it is about. */
  readonly topic: string | null
  /** The only one that it is about. */
  readonly partition: number | null
  /** `cut`: by a fault. `abandoned`: by its client, before there was an answer. */
  readonly outcome: 'pending' | 'answered' | 'cut' | 'abandoned'
  readonly status: number | null
  /** The `code` of the answer, where it is one of failure. */
  readonly error: string | null
  /** Appended, or handed out; those of a tail are not counted. */
  readonly recordCount: number
  /** What was appended or fetched, in the order of the request. */
  readonly partitions: readonly JournaledPartition[]
}

export interface JournaledPartition {
  readonly topic: string
  readonly partition: number
  /** `null`: none. */
  readonly error: string | null
  /** Of the first record that was appended, or the one that was asked for. */
  readonly fromOffset: number
  /** After the last record; `fromOffset` where there was none. */
  readonly endOffset: number
}

export interface JournaledFault {
  readonly kind: 'fault'
  readonly sequence: number
  readonly timestampMs: number
  /** The sequence number of the request that it was done to. */
  readonly request: number
  /** The fault's id. */
  readonly fault: number
  readonly do: FaultAction
}

export interface Journal {
  /** As it is now: an entry handed out does not change any more. */
  entries(): readonly JournalEntry[]
  /** Entries that had to make room since the journal was last cleared. */
  readonly dropped: number
  clear(): void
  /** A line for each entry, as `GET /v1/testing/journal` has it; before them one that says how many were dropped, if any were. */
  toNdjson(): string
}

type RequestNote = Omit<JournaledRequest, 'kind' | 'sequence'>

export interface JournalWriter extends Journal {
  /** Notes a request that came, and answers how more is noted of it. */
  begin(request: RequestNote): RequestWriter
}

export interface RequestWriter {
  update(changes: Partial<RequestNote>): void
  fault(fault: Omit<JournaledFault, 'kind' | 'sequence' | 'request'>): void
}

export function createJournal(): JournalWriter {
  let entries: JournalEntry[] = []
  let dropped = 0
  let written = 0

  function append(entry: JournalEntry): void {
    entries.push(entry)
    if (entries.length <= JOURNAL_ENTRIES_MAX) return
    entries.shift()
    dropped++
  }

  return {
    entries: () => entries.map((entry) => ({ ...entry })),
    get dropped() {
      return dropped
    },
    clear() {
      entries = []
      dropped = 0
      written = 0
    },
    toNdjson: () => journalLines({ entries, dropped }),
    begin(request) {
      const writtenTo = entries
      const entry = { kind: 'request', sequence: ++written, ...request } as const
      append(entry)
      return {
        update: (changes) => void Object.assign(entry, changes),
        fault(fault) {
          if (writtenTo === entries) append({ kind: 'fault', sequence: ++written, request: entry.sequence, ...fault })
        },
      }
    },
  }
}
