/**
 * A record as a line of an archive, and back, byte for byte.
 *
 * ```
 * {"offset":0,"timestamp":1707744000000,"key":null,"value":"{\"message\":\"hello\"}","headers":[{"key":"trace","value_base64":"/w=="}]}
 * ```
 *
 * - Bytes that are UTF-8, and that a person can read, are text; all others are base64 in a field whose name says so. Both ways lead back to
 *   the same bytes: JSON's escapes lose nothing, and base64 is taken only in its one standard spelling.
 * - `null` is no bytes, the empty string is none of them: a tombstone is not an empty value.
 */
import { isUtf8 } from 'node:buffer'
import { ArchivedRecord } from '@logbrook/contract/archive'
import { parseBody } from '@logbrook/contract/parse-body'
import type { FetchedRecord } from '@logbrook/contract/record'
import type { LogRecord } from '@logbrook/kafka/record'
import { ArchiveError } from './archive-error.ts'

/** Control characters but tab, newline and carriage return: what holds them is nothing to read, and each would take six bytes. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const UNREADABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/** With the newline that ends it. */
export function encodeLine({ offset, timestamp, key, value, headers }: FetchedRecord): Buffer {
  const line = {
    offset,
    timestamp,
    ...fieldOf('key', key),
    ...fieldOf('value', value),
    headers: headers.map((header) => ({ key: header.key, ...fieldOf('value', header.value) })),
  }
  return Buffer.from(`${JSON.stringify(line)}\n`)
}

function fieldOf(name: 'key' | 'value', base64: string | null): object {
  if (base64 === null) return { [name]: null }
  const bytes = Buffer.from(base64, 'base64')
  const text = isUtf8(bytes) ? bytes.toString('utf8') : null
  return text === null || UNREADABLE.test(text) ? { [`${name}_base64`]: base64 } : { [name]: text }
}

/** The record of a line, with or without its newline. @throws ArchiveError, KafkaError INVALID_REQUEST or SyntaxError, which say what is wrong */
export function decodeLine(line: Buffer): LogRecord {
  if (!isUtf8(line)) throw new ArchiveError('it is not UTF-8')
  const { offset, timestamp, headers, ...fields } = parseBody(ArchivedRecord, JSON.parse(line.toString('utf8')))
  return {
    offset,
    timestampMs: timestamp,
    key: bytesOf('key', fields.key, fields.key_base64),
    value: bytesOf('value', fields.value, fields.value_base64),
    headers: headers.map(({ key, value, value_base64: base64 }, i) => ({ key, value: bytesOf(`headers[${i}].value`, value, base64) })),
  }
}

function bytesOf(path: string, text: string | null | undefined, base64: string | undefined): Buffer | null {
  if ((text === undefined) === (base64 === undefined)) throw new ArchiveError(`it has to hold one of ${path} and ${path}_base64`)
  if (base64 === undefined) return typeof text === 'string' ? Buffer.from(text) : null
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') !== base64) throw new ArchiveError(`${path}_base64 is not standard padded base64`)
  return bytes
}
