/**
 * Writes the answer of a consume (contract 6.1): the very text that `JSON.stringify` of it would give, without the objects in between.
 *
 * - `payload` is the value's own bytes as base64; a value that is not JSON is no less one.
 * - A record that tells of a change says what was done and by whom (change-record.ts). Of any other it is not known who appended it, and clients
 *   refuse a message that does not say: it is `ANONYMOUS_USER`.
 */
import type { Consumed } from '@logbrook/broker/groups/consume'
import type { NamedPartition } from '@logbrook/broker/topics'
import { changeOf } from '@logbrook/kafka/change-record'
import type { ChangeOperation } from '@logbrook/kafka/change-record'
import { recordsOf } from '@logbrook/kafka/record'
import type { LogRecord, RecordSlice, VerbatimSlice } from '@logbrook/kafka/record'

const ANONYMOUS_USER = 'anonymous'
const OPS: Readonly<Record<ChangeOperation, string>> = { insert: 'Insert', update: 'Update', delete: 'Delete' }

export function encodeMessages({ topic, partition }: NamedPartition, { slices, nextOffset, hasMore }: Consumed): string {
  const head = `{"topic_id":${JSON.stringify(topic)},"partition_id":${partition},"offset":`
  const messages = slices.map((slice) => messagesOf(slice, head)).join(',')
  return `{"messages":[${messages}],"next_offset":${nextOffset},"has_more":${hasMore}}`
}

function messagesOf(slice: RecordSlice, head: string): string {
  if (slice.kind === 'verbatim') return verbatimMessages(slice, head)
  return recordsOf(slice)
    .map((record) => head + messageTail(record))
    .join(',')
}

/** What `messageTail` makes of each record, without making the records. */
function verbatimMessages({ body, ranges, baseOffset, timestampMs }: VerbatimSlice, head: string): string {
  const tail = `","key":null,"timestamp_ms":${timestampMs},"user":"${ANONYMOUS_USER}","op":"Insert"}`
  let text = ''
  for (let i = 0; i < ranges.length; i += 2) {
    const payload = body.toString('base64', ranges[i], ranges[i + 1])
    text += `${i === 0 ? '' : ','}${head}${baseOffset + i / 2},"payload":"${payload}${tail}`
  }
  return text
}

function messageTail(record: LogRecord): string {
  const { offset, timestampMs, key, value } = record
  const { operation, user } = changeOf(record)
  const keyText = key === null ? 'null' : JSON.stringify(bufferOf(key).toString())
  const userText = JSON.stringify(user ?? ANONYMOUS_USER)
  const payload = value === null ? '' : bufferOf(value).toString('base64')
  return `${offset},"payload":"${payload}","key":${keyText},"timestamp_ms":${timestampMs},"user":${userText},"op":"${OPS[operation]}"}`
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
