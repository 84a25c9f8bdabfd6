/** The journal as it is written: over HTTP, and into a file. */
import type { JournalBody, JournalEntryBody, JournalPartitionBody } from '@logbrook/contract/testing'
import type { Journal, JournaledPartition, JournalEntry } from './journal.ts'

export function journalBody({ entries, dropped }: Pick<Journal, 'dropped'> & { readonly entries: readonly JournalEntry[] }): JournalBody {
  return { dropped, entries: entries.map(entryBody) }
}

export function journalLines(journal: Parameters<typeof journalBody>[0]): string {
  const { dropped, entries } = journalBody(journal)
  const lines: readonly object[] = dropped === 0 ? entries : [{ kind: 'dropped', entries: dropped }, ...entries]
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

function entryBody(entry: JournalEntry): JournalEntryBody {
  if (entry.kind === 'fault') {
    const { kind, sequence, timestampMs, ...fault } = entry
    return { kind, sequence, timestamp: timestampMs, ...fault }
  }
  const { kind, sequence, timestampMs, recordCount, partitions, ...request } = entry
  return { kind, sequence, timestamp: timestampMs, ...request, record_count: recordCount, partitions: partitions.map(partitionBody) }
}

function partitionBody({ topic, partition, error, fromOffset, endOffset }: JournaledPartition): JournalPartitionBody {
  return { topic, partition, error, from_offset: fromOffset, end_offset: endOffset }
}
