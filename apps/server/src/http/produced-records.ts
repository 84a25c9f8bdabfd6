/** The four forms in which records come in by our own API, and what each becomes. */
import { isUtf8 } from 'node:buffer'
import type { ProducedRecords, ProduceRequest } from '@logbrook/broker/produce'
import type { ProducedRecord } from '@logbrook/contract/record'
import { KafkaError } from '@logbrook/kafka/errors'
import { BATCH_INFLATED_BYTES_MAX, RECORD_HEADERS_MAX, REQUEST_BODY_BYTES_MAX } from '@logbrook/kafka/limits'
import type { LogRecord } from '@logbrook/kafka/record'
import { decodeRecordBatch } from '@logbrook/kafka/record-batch'
import { parseJson } from './json-body.ts'
import { sliceLines } from './lines.ts'

const RECORD_BATCH = 'application/vnd.kafka.record-batch'

/** The largest record, as a batch, is a little longer than the largest body. */
export function producedBytesMax(mediaType: string): number {
  return mediaType === RECORD_BATCH ? BATCH_INFLATED_BYTES_MAX : REQUEST_BODY_BYTES_MAX
}

/**
 * - `application/json`: records in the shape in which they are fetched.
 * - `application/x-ndjson`: each line that is not empty is a value, kept as its own bytes.
 * - `application/vnd.kafka.record-batch`: one of Kafka's record batches, magic 2. Its offsets say nothing here: the log gives them.
 * - Anything else: the body is one value, kept as it is.
 *
 * @throws KafkaError INVALID_REQUEST
 */
export async function producedRecords(mediaType: string, body: Buffer): Promise<ProduceRequest['records']> {
  if (mediaType === 'application/json') return await fromJson(body)
  if (mediaType === RECORD_BATCH) return fromRecordBatch(body)
  const ranges = mediaType === 'application/x-ndjson' ? sliceLines(body) : Int32Array.of(0, body.length)
  return { kind: 'verbatim', body, ranges }
}

async function fromJson(body: Buffer): Promise<ProducedRecords> {
  if (!isUtf8(body)) throw new KafkaError('INVALID_REQUEST', 'the body is not UTF-8')
  const raw = parseJson(body.toString('utf8'))
  const [{ ProduceRequest: schema }, { parseBody }] = await Promise.all([
    import('@logbrook/contract/produce'),
    import('@logbrook/contract/parse-body'),
  ])
  return { kind: 'records', records: parseBody(schema, raw).records.map(recordOf) }
}

function recordOf({ key, value, headers = [], timestamp }: ProducedRecord, index: number): ProducedRecords['records'][number] {
  const path = `records[${index}]`
  return {
    key: bytesOf(key, path, 'key'),
    value: bytesOf(value, path, 'value'),
    headers: headers.map((header, i) => ({ key: header.key, value: bytesOf(header.value, path, `headers[${i}].value`) })),
    timestampMs: timestamp ?? null,
  }
}

/** Strictly: what `Buffer` would forgive (spaces, missing padding, the URL alphabet) is not what was meant. */
function bytesOf(base64: string | null | undefined, path: string, field: string): Buffer | null {
  if (base64 === undefined || base64 === null) return null
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') === base64) return bytes
  throw new KafkaError('INVALID_REQUEST', `${path}.${field} is not standard padded base64`)
}

/** Kafka's: the producer said no time. */
const NO_TIMESTAMP = -1

function fromRecordBatch(body: Buffer): ProducedRecords {
  try {
    const { records, isControlBatch } = decodeRecordBatch(body)
    if (isControlBatch) throw new KafkaError('INVALID_REQUEST', "the record batch is a transaction's marker, which only a broker writes")
    return { kind: 'records', records: records.map(batchedRecord) }
  } catch (error) {
    // In a log that is rot; here it is what a sender sent.
    if (!(error instanceof KafkaError) || error.error !== 'CORRUPT_MESSAGE') throw error
    throw new KafkaError('INVALID_REQUEST', error.message, { cause: error })
  }
}

function batchedRecord({ key, value, headers, timestampMs }: LogRecord, index: number): ProducedRecords['records'][number] {
  if (headers.length > RECORD_HEADERS_MAX) {
    throw new KafkaError('INVALID_REQUEST', `record ${index} has ${headers.length} headers; a record has at most ${RECORD_HEADERS_MAX}`)
  }
  if (timestampMs === NO_TIMESTAMP) return { key, value, headers, timestampMs: null }
  if (timestampMs >= 0 && Number.isSafeInteger(timestampMs)) return { key, value, headers, timestampMs }
  throw new KafkaError('INVALID_REQUEST', `record ${index} has the timestamp ${timestampMs}; it must be from 0 on, or -1 for none`)
}
