/**
 * Where a body is put together. What comes out is exactly the body; behind it, in the same memory, lie zeros for the scanners
 * that stop at them (`SENTINEL_BYTES`).
 */
import { KafkaError } from '@logbrook/kafka/errors'
import { BODY_PRESIZED_BYTES_MAX } from '@logbrook/kafka/limits'
import { SENTINEL_BYTES } from './json-array.ts'

/** Takes chunks of any size, however small, into one buffer that never holds more than twice what has come. */
export class BodyBuffer {
  readonly #maxBytes: number
  #bytes: Buffer
  #length = 0

  /** `expectedBytes` is what the sender says: right most of the time, and then nothing is ever moved. */
  constructor({ maxBytes, expectedBytes }: { maxBytes: number; expectedBytes: number }) {
    this.#maxBytes = maxBytes
    this.#bytes = Buffer.allocUnsafe(Math.min(expectedBytes, BODY_PRESIZED_BYTES_MAX) + SENTINEL_BYTES)
  }

  /** @throws KafkaError PAYLOAD_TOO_LARGE */
  append(chunk: Buffer): void {
    const length = this.#length + chunk.length
    if (length > this.#maxBytes) throw payloadTooLarge(this.#maxBytes)
    if (length > this.#bytes.length - SENTINEL_BYTES) this.#grow(length)
    this.#bytes.set(chunk, this.#length)
    this.#length = length
  }

  body(): Buffer {
    return withZerosBehind(this.#bytes, this.#length)
  }

  #grow(length: number): void {
    const larger = Buffer.allocUnsafe(Math.min(Math.max(length, 2 * this.#bytes.length), this.#maxBytes) + SENTINEL_BYTES)
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

export function joinBody(chunks: readonly Buffer[]): Buffer {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const bytes = Buffer.allocUnsafe(length + SENTINEL_BYTES)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return withZerosBehind(bytes, length)
}

export function payloadTooLarge(maxBytes: number): KafkaError {
  return new KafkaError('PAYLOAD_TOO_LARGE', `the request body is larger than ${maxBytes} bytes, which is the limit`)
}

function withZerosBehind(bytes: Buffer, length: number): Buffer {
  bytes.fill(0, length, length + SENTINEL_BYTES)
  return bytes.subarray(0, length)
}
