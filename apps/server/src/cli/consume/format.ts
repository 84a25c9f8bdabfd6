/**
 * How a record is printed: the format strings that users of kcat and rpk type.
 *
 * ```
 * %v %s  value         %k  key          %h  headers: a=1,b=2     %%  a percent sign
 * %o     offset        %p  partition    %t  topic                \n \t \r \0 \\ \xNN
 * %T     timestamp, epoch milliseconds  %S %K  bytes of the value, of the key; −1 for none
 * ```
 *
 * Keys and values are printed as the bytes they are; one that is null is printed as nothing.
 */
import type { TailedRecord } from '@logbrook/contract/record'
import { UsageError } from '../../usage-error.ts'

export type Format = (topic: string, record: TailedRecord) => Buffer

type Field = (topic: string, record: TailedRecord) => Buffer | string | number

const FIELDS: Readonly<Record<string, Field>> = {
  v: (_topic, { value }) => bytesOf(value) ?? '',
  s: (_topic, { value }) => bytesOf(value) ?? '',
  k: (_topic, { key }) => bytesOf(key) ?? '',
  h: (_topic, { headers }) => headers.map(({ key, value }) => `${key}=${bytesOf(value)?.toString() ?? ''}`).join(','),
  o: (_topic, { offset }) => offset,
  p: (_topic, { partition }) => partition,
  t: (topic) => topic,
  T: (_topic, { timestamp }) => timestamp,
  S: (_topic, { value }) => bytesOf(value)?.length ?? -1,
  K: (_topic, { key }) => bytesOf(key)?.length ?? -1,
  '%': () => '%',
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\\': '\\' }

const PART = /%(?<field>.?)|\\x(?<hex>[0-9a-fA-F]{2})|\\(?<escape>.?)|(?<literal>[^%\\]+)/gsu

/** @throws UsageError naming what it does not know */
export function compileFormat(format: string): Format {
  const fields = Array.from(format.matchAll(PART), ({ 0: text, groups }) => fieldOf(text, groups ?? {}))
  return (topic, record) => Buffer.concat(fields.map((field) => toBuffer(field(topic, record))))
}

function fieldOf(text: string, { field, hex, escape, literal }: Readonly<Record<string, string | undefined>>): Field {
  if (field !== undefined) return FIELDS[field] ?? refuse(text, `%${Object.keys(FIELDS).join(' %')}`)
  const bytes = hex === undefined ? (literal ?? ESCAPES[escape ?? '']) : Buffer.from(hex, 'hex')
  if (bytes === undefined) return refuse(text, String.raw`\n \t \r \0 \\ \xNN`)
  return () => bytes
}

function refuse(text: string, known: string): never {
  throw new UsageError(`the format holds ${text}; known are ${known}`)
}

function toBuffer(part: Buffer | string | number): Buffer {
  return Buffer.isBuffer(part) ? part : Buffer.from(String(part))
}

export function bytesOf(base64: string | null): Buffer | null {
  return base64 === null ? null : Buffer.from(base64, 'base64')
}

/** One line of JSON. Bytes that are not UTF-8 stand in base64 under a name of their own: `value_base64`. */
export function jsonFormat(topic: string, { partition, offset, timestamp, key, value, headers }: TailedRecord): Buffer {
  const line = {
    topic,
    partition,
    offset,
    timestamp,
    ...textOrBase64('key', key),
    ...textOrBase64('value', value),
    headers: headers.map((header) => ({ key: header.key, ...textOrBase64('value', header.value) })),
  }
  return Buffer.from(`${JSON.stringify(line)}\n`)
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOrBase64(name: string, base64: string | null): Record<string, string | null> {
  if (base64 === null) return { [name]: null }
  try {
    return { [name]: UTF8.decode(Buffer.from(base64, 'base64')) }
  } catch {
    return { [`${name}_base64`]: base64 }
  }
}
