/**
 * The lines of a stream, as many at a time as have come while those before were being sent.
 *
 * - What has come is handed out at once: records of a slow source do not wait for it to end, those of a fast one travel together.
 * - It reads ahead by one batch and then lets the source wait.
 */
import { RECORD_BYTES_MAX } from '@logbrook/kafka/limits'
import type { Readable } from 'node:stream'

export interface LineBatch {
  /** Whole lines with their line feeds, but for the last one of a stream that ends without. */
  readonly bytes: Buffer<ArrayBuffer>
  /** Counted from 1. */
  readonly firstLine: number
  readonly lineCount: number
}

const LINE_FEED = 0x0a

export async function* lineBatches(stream: Readable, maxBytes: number): AsyncGenerator<LineBatch, void> {
  const inflow = new Inflow(stream, maxBytes)
  let begun: readonly Buffer[] = []
  let firstLine = 1
  for (;;) {
    const chunk = await inflow.take()
    const bytes = chunk ?? Buffer.concat(begun)
    const end = chunk === null ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1
    if (end > 0) {
      const whole = chunk === null ? bytes : Buffer.concat([...begun, bytes.subarray(0, end)])
      const batch = { bytes: whole, firstLine, lineCount: countLines(whole) }
      yield batch
      firstLine += batch.lineCount
      begun = []
    }
    if (chunk === null) return
    begun = [...begun, bytes.subarray(end)]
    const length = begun.reduce((sum, part) => sum + part.length, 0)
    if (length > RECORD_BYTES_MAX) throw new Error(`line ${firstLine} is longer than ${RECORD_BYTES_MAX} bytes, which no record may be`)
  }
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) count++
  return bytes.at(-1) === LINE_FEED ? count : count + 1
}

/** Takes in while others are busy. */
class Inflow {
  readonly #stream: Readable
  readonly #maxBytes: number
  #chunks: Buffer[] = []
  #length = 0
  #state: 'open' | 'ended' | { readonly error: Error } = 'open'
  #wake = Promise.withResolvers<void>()

  constructor(stream: Readable, maxBytes: number) {
    this.#stream = stream
    this.#maxBytes = maxBytes
    stream.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#length += chunk.length
      if (this.#length >= maxBytes) stream.pause()
      this.#wake.resolve()
    })
    stream.on('end', () => this.#finish('ended'))
    stream.on('error', (error: Error) => this.#finish({ error }))
  }

  #finish(state: 'ended' | { readonly error: Error }): void {
    this.#state = state
    this.#wake.resolve()
  }

  /** All that has come, once something has; `null` at the end. */
  async take(): Promise<Buffer<ArrayBuffer> | null> {
    while (this.#length === 0) {
      if (this.#state === 'ended') return null
      if (this.#state !== 'open') throw this.#state.error
      await this.#wake.promise
      this.#wake = Promise.withResolvers()
    }
    const bytes = Buffer.concat(this.#chunks)
    this.#chunks = []
    this.#length = 0
    if (bytes.length >= this.#maxBytes) this.#stream.resume()
    return bytes
  }
}
