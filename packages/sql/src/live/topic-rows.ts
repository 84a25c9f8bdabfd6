/** Rows of live queries over topics. */
import type { Topic } from '@logbrook/kafka/log'
import type { MatchedRow, ResultColumn } from '../protocol.ts'
import type { LiveQuery } from './live-source.ts'
import type { LiveRow } from './messages.ts'

/** Queries of one key have the same rows. */
export function queryKey({ text, namespace, caller }: LiveQuery): string {
  return JSON.stringify([text, namespace, caller.user, caller.role])
}

/**
 * In a topic of one partition a record's offset is its `_seq`. Those of several partitions have no order among them: their rows have none,
 * and so can be told to be new by no client.
 */
export function withSeq(topic: Topic, partition: number, { offset, cells }: MatchedRow): LiveRow {
  return hasSeq(topic) && partition === 0 ? { ...cells, _seq: String(offset) } : cells
}

export function hasSeq({ partitions }: Topic): boolean {
  return partitions === 1
}

export function schemaWithSeq(topic: Topic, schema: readonly ResultColumn[]): readonly ResultColumn[] {
  return hasSeq(topic) ? [...schema, { name: '_seq', data_type: 'BigInt', index: schema.length }] : schema
}
