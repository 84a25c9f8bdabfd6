/**
 * Reads Kafka's primitives one after the other from bytes that nobody vouches for: what runs past the end, is longer than
 * its type allows or has a negative length is CORRUPT_MESSAGE, and the message says which bytes and what was read.
 */
import { KafkaError } from './errors.ts'
import { unzigzag32, unzigzag64 } from './varint.ts'

export class ByteReader {
  readonly #bytes: Buffer
  /** What the bytes are, in messages: "record batch". */
  readonly #what: string
  #at = 0

  constructor(bytes: Buffer, what: string) {
    this.#bytes = bytes
    this.#what = what
  }

  /** Bytes read so far. */
  position(): number {
    return this.#at
  }

  remaining(): number {
    return this.#bytes.length - this.#at
  }

  int8(): number {
    return this.#bytes.readInt8(this.#advance(1))
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#advance(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4))
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#advance(4))
  }

  /** A 64-bit integer, which has to be a safe one. */
  int64(): number {
    return this.#safe(this.#bytes.readBigInt64BE(this.#advance(8)))
  }

  varint(): number {
    let encoded = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.#byte()
      if (shift === 28 && byte > 0x0f) throw this.corrupt('a varint is longer than 32 bits')
      encoded |= (byte & 0x7f) << shift
      if (byte <= 0x7f) return unzigzag32(encoded)
    }
  }

  /** A 64-bit integer, which has to be a safe one. */
  varlong(): number {
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte()
      low |= (byte & 0x7f) << shift
      if (byte <= 0x7f) return unzigzag32(low)
    }
    let encoded = BigInt(low)
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      encoded |= BigInt(byte & 0x7f) << shift
      if (byte <= 0x7f) return this.#safe(unzigzag64(encoded))
    }
    throw this.corrupt('a varlong is longer than 10 bytes')
  }

  /** The next `length` bytes, as a view. */
  raw(length: number): Buffer {
    const start = this.#advance(length)
    return this.#bytes.subarray(start, this.#at)
  }

  /** A varint length and as many bytes, as a view; `null` for length −1. */
  varintBytes(): Buffer | null {
    const length = this.varint()
    return length === -1 ? null : this.raw(length)
  }

  /** A varint length in bytes and text in UTF-8. */
  varintString(): string {
    const length = this.varint()
    const start = this.#advance(length)
    return this.#bytes.toString('utf8', start, this.#at)
  }

  /** The error for whoever finds, one level up, that what was read makes no sense. */
  corrupt(problem: string): KafkaError {
    return new KafkaError('CORRUPT_MESSAGE', `${this.#what} is corrupt at byte ${this.#at}: ${problem}`)
  }

  #byte(): number {
    return this.#bytes[this.#advance(1)]!
  }

  /** Moves past the next `length` bytes and answers where they start. */
  #advance(length: number): number {
    if (length < 0) throw this.corrupt(`a length is ${length}`)
    if (length > this.remaining()) throw this.corrupt(`${length} bytes should follow and ${this.remaining()} do`)
    const start = this.#at
    this.#at += length
    return start
  }

  #safe(value: bigint): number {
    const number = Number(value)
    if (!Number.isSafeInteger(number)) throw this.corrupt(`${value} is beyond 2^53`)
    return number
  }
}
