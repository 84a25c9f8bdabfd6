/** Records as a test writes them down, and as it reads them. */
import { closedObject } from '@logbrook/contract/closed-object'
import { parseBody } from '@logbrook/contract/parse-body'
import { KafkaError } from '@logbrook/kafka/errors'
import { RECORD_HEADERS_MAX } from '@logbrook/kafka/limits'
import type { LogRecord, RecordHeader } from '@logbrook/kafka/record'
import type { ProducedRecords } from '@logbrook/broker/produce'
import { isUtf8 } from 'node:buffer'
import { z } from 'zod'

/** A record to produce: its value alone, or its fields. */
export type RecordInput = string | Uint8Array | RecordFields

export interface RecordFields {
  readonly key?: string | Uint8Array | null | undefined
  /** Text and bytes as they are; anything else as JSON. */
  readonly value?: string | Uint8Array | number | boolean | object | null | undefined
  /** By name, or one after the other, where a name comes twice. */
  readonly headers?: Readonly<Record<string, HeaderValue>> | readonly { readonly key: string; readonly value: HeaderValue }[] | undefined
  /** Epoch milliseconds; the broker's clock where it is left out. */
  readonly timestampMs?: number | undefined
}

type HeaderValue = string | Uint8Array | null

export const RECORD_FORMS = ['text', 'json', 'bytes'] as const satisfies readonly RecordForm[]

/** What values are read as: text (UTF-8), parsed JSON, or bytes. */
export interface RecordForms {
  readonly text: string
  readonly json: unknown
  readonly bytes: Buffer
}

export type RecordForm = keyof RecordForms

/** What keys and headers are read as. */
type BytesAs<Form extends RecordForm> = Form extends 'bytes' ? Buffer : string

/** A record of the log; a plain object, so that it can be compared with a literal. */
export interface FixtureRecord<Form extends RecordForm = 'text'> {
  readonly partition: number
  readonly offset: number
  /** Epoch milliseconds. */
  readonly timestampMs: number
  readonly key: BytesAs<Form> | null
  readonly value: RecordForms[Form] | null
  readonly headers: readonly { readonly key: string; readonly value: BytesAs<Form> | null }[]
}

const Bytes = z.union([z.string(), z.instanceof(Uint8Array)]).nullable()

const RecordFieldsBody = z.strictObject(
  {
    key: Bytes.optional(),
    value: z.unknown().optional(),
    headers: z
      .union([z.array(closedObject({ key: z.string(), value: Bytes })).max(RECORD_HEADERS_MAX), z.record(z.string(), Bytes)])
      .optional(),
    timestampMs: z.int().min(0).optional(),
  },
  // The commonest of mistakes.
  { error: ({ code, keys }) => (code === 'unrecognized_keys' ? notFields(keys as readonly string[]) : undefined) },
)

function notFields(keys: readonly string[]): string {
  return `a record has no ${keys.join(', ')}, but key, value, headers and timestampMs; what is JSON goes into value, as { value: { … } }`
}

/** @throws KafkaError INVALID_REQUEST naming the record and the field, as `records[3].key` */
export function parseRecords(records: readonly RecordInput[]): ProducedRecords {
  if (!Array.isArray(records)) throw new KafkaError('INVALID_REQUEST', 'records: expected an array of records')
  return { kind: 'records', records: (records as readonly RecordInput[]).map((record, i) => parseRecord(record, `records[${i}]`)) }
}

type ProducedRecord = ProducedRecords['records'][number]

function parseRecord(input: RecordInput, key: string): ProducedRecord {
  if (typeof input === 'string' || input instanceof Uint8Array) return { key: null, value: bytesOf(input), headers: [], timestampMs: null }
  try {
    const fields = parseBody(RecordFieldsBody, input)
    return {
      key: bytesOf(fields.key ?? null),
      value: valueBytes(fields.value),
      headers: headersOf(fields.headers ?? []),
      timestampMs: fields.timestampMs ?? null,
    }
  } catch (error) {
    if (error instanceof KafkaError) throw new KafkaError(error.error, `${key}: ${error.message}`, { cause: error })
    throw error
  }
}

function valueBytes(value: unknown): Uint8Array | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || value instanceof Uint8Array) return bytesOf(value)
  return bytesOf(jsonOf(value))
}

function jsonOf(value: unknown): string {
  let json: string | undefined
  try {
    json = JSON.stringify(value) as string | undefined
  } catch (cause) {
    throw new KafkaError('INVALID_REQUEST', `value: it has no JSON: ${(cause as Error).message}`, { cause })
  }
  if (json === undefined) throw new KafkaError('INVALID_REQUEST', `value: a ${typeof value} has no JSON`)
  return json
}

function headersOf(headers: NonNullable<z.infer<typeof RecordFieldsBody>['headers']>): readonly RecordHeader[] {
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers).map(([key, value]) => ({ key, value }))
  return pairs.map(({ key, value }) => ({ key, value: bytesOf(value) }))
}

function bytesOf(content: string | Uint8Array | null): Uint8Array | null {
  return typeof content === 'string' ? Buffer.from(content) : content
}

/** @throws KafkaError INVALID_REQUEST where the record is not of that form */
export function readAs<Form extends RecordForm>(record: LogRecord, partition: number, form: Form): FixtureRecord<Form> {
  const { offset, timestampMs } = record
  const place = `partition ${partition}, offset ${offset}`
  const bytesAs = (bytes: Uint8Array | null, what: string) =>
    decoded(bytes, form, `${what} of the record at ${place}`) as BytesAs<Form> | null
  const value = bytesAs(record.value, 'the value')
  return {
    partition,
    offset,
    timestampMs,
    key: bytesAs(record.key, 'the key'),
    value: (form === 'json' && typeof value === 'string' ? parsedJson(value, place) : value) as RecordForms[Form] | null,
    headers: record.headers.map((header) => ({ key: header.key, value: bytesAs(header.value, `the header ${header.key}`) })),
  }
}

function decoded(bytes: Uint8Array | null, form: RecordForm, what: string): string | Buffer | null {
  if (bytes === null) return null
  // A copy: what is read is a view into a stored batch.
  if (form === 'bytes') return Buffer.from(bytes)
  if (!isUtf8(bytes)) throw new KafkaError('INVALID_REQUEST', `${what} is not UTF-8; as: 'bytes' reads it`)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}

function parsedJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new KafkaError('INVALID_REQUEST', `the value of the record at ${place} is not JSON: ${JSON.stringify(text)}`, { cause })
  }
}
