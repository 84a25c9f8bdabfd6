/** The three forms in which records come in by our own API, and what each becomes. */
import { isUtf8 } from 'node:buffer'
import type { ProducedRecords, ProduceRequest } from '@logbrook/broker/produce'
import type { ProducedRecord } from '@logbrook/contract/record'
import { KafkaError } from '@logbrook/kafka/errors'
import { parseJson } from './json-body.ts'
import { sliceLines } from './lines.ts'

/**
 * - `application/json`: records in the shape in which they are fetched.
 * - `application/x-ndjson`: each line that is not empty is a value, kept as its own bytes.
 * - Anything else: the body is one value, kept as it is.
 *
 * @throws KafkaError INVALID_REQUEST
 */
export async function producedRecords(mediaType: string, body: Buffer): Promise<ProduceRequest['records']> {
  if (mediaType === 'application/json') return await fromJson(body)
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
