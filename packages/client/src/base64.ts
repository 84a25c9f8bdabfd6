/** Keys and values travel as standard padded base64; browsers know it only for strings of bytes. */
import type { FetchedRecord } from '@logbrook/contract/record'

/** Longer argument lists overflow the stack of some engines. */
const CHARACTERS_AT_ONCE = 8_192

/** Text is taken as UTF-8. */
export function toBase64(value: Uint8Array | string): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  let binary = ''
  for (let i = 0; i < bytes.length; i += CHARACTERS_AT_ONCE) {
    binary += String.fromCharCode(...bytes.subarray(i, i + CHARACTERS_AT_ONCE))
  }
  return btoa(binary)
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** A record with its bytes as bytes. */
export interface DecodedRecord {
  readonly offset: number
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[]
}

export function decodeRecord({ offset, timestamp, key, value, headers }: FetchedRecord): DecodedRecord {
  return {
    offset,
    timestamp,
    key: bytesOf(key),
    value: bytesOf(value),
    headers: headers.map((header) => ({ key: header.key, value: bytesOf(header.value) })),
  }
}

function bytesOf(text: string | null): Uint8Array | null {
  return text === null ? null : fromBase64(text)
}
