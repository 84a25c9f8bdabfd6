/**
 * Writes Kafka's primitives one after the other into a buffer of exactly the right size: who writes has measured before,
 * so there is no growing and a wrong measure shows (`RangeError`, or `written()` short of the length).
 */
import { isInt32, zigzag32, zigzag64 } from './varint.ts'

export class ByteWriter {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Bytes written so far. */
  written(): number {
    return this.#at
  }

  int8(value: number): void {
    this.#at = this.#bytes.writeInt8(value, this.#at)
  }

  int16(value: number): void {
    this.#at = this.#bytes.writeInt16BE(value, this.#at)
  }

  int32(value: number): void {
    this.#at = this.#bytes.writeInt32BE(value, this.#at)
  }

  uint32(value: number): void {
    this.#at = this.#bytes.writeUInt32BE(value, this.#at)
  }

  /** A safe integer. */
  int64(value: number): void {
    this.#at = this.#bytes.writeBigInt64BE(BigInt(value), this.#at)
  }

  varint(value: number): void {
    let rest = zigzag32(value)
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = rest | 0x80
      rest >>>= 7
    }
    this.#bytes[this.#at++] = rest
  }

  /** A safe integer. */
  varlong(value: number): void {
    if (isInt32(value)) return this.varint(value)
    let rest = zigzag64(value)
    while (rest > 0x7fn) {
      this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.#bytes[this.#at++] = Number(rest)
  }

  raw(value: Uint8Array): void {
    this.#bytes.set(value, this.#at)
    this.#at += value.byteLength
  }

  /** A varint length and the bytes; −1 and none for `null`. */
  varintBytes(value: Uint8Array | null): void {
    if (value === null) return this.varint(-1)
    this.varint(value.byteLength)
    this.raw(value)
  }

  /** A varint length in bytes and the text in UTF-8. */
  varintString(value: string): void {
    const byteLength = Buffer.byteLength(value)
    this.varint(byteLength)
    this.#at += this.#bytes.write(value, this.#at, byteLength, 'utf8')
  }
}
