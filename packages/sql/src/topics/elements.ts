/**
 * Records as JSON, for SQLite to take apart again:
 *
 * ```
 * [value, key, timestampMs, headers, hex of value, hex of key]
 * ```
 *
 * - Value and key are text or `null`. What is no text — no UTF-8, or with a NUL in it, where text ends for SQLite — is `null` there, and its bytes
 *   stand at the end.
 */
import { isUtf8 } from 'node:buffer'
import type { LogRecord, RecordHeader } from '@logbrook/kafka/record'

export type Element = readonly unknown[]

export function elementOf({ value, key, timestampMs, headers }: LogRecord): Element {
  return [textOf(value), textOf(key), timestampMs, headers.map(headerOf), hexOf(value), hexOf(key)]
}

function isText(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !bytes.includes(0)
}

/** As `headers` shows it: with the value as text, or as base64 under another name. */
function headerOf({ key, value }: RecordHeader): Readonly<Record<string, string | null>> {
  return value === null || isText(value) ? { key, value: textOf(value) } : { key, base64: bufferOf(value).toString('base64') }
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes !== null && isText(bytes) ? bufferOf(bytes).toString() : null
}

function hexOf(bytes: Uint8Array | null): string | null {
  return bytes === null || isText(bytes) ? null : bufferOf(bytes).toString('hex')
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
