import type { Socket } from 'node:net'

const LINE_BYTES_MAX = 64 * 1024

/** Takes bytes off a socket as they are asked for: a line, a number of bytes, or all there are. */
export class IncomingBytes {
  readonly #chunks: AsyncIterator<Buffer>
  #pending: Buffer = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  /** The next line without its CRLF; `null` when the peer has ended before its first byte. */
  async line(): Promise<string | null> {
    for (;;) {
      const end = this.#pending.indexOf('\r\n')
      if (end >= 0) {
        const line = this.#pending.toString('latin1', 0, end)
        this.#pending = this.#pending.subarray(end + 2)
        return line
      }
      if (this.#pending.length > LINE_BYTES_MAX) throw new Error(`a line of the answer is longer than ${LINE_BYTES_MAX} bytes`)
      const chunk = await this.#next()
      if (chunk !== null) this.#pending = Buffer.concat([this.#pending, chunk])
      else if (this.#pending.length === 0) return null
      else throw new Error('the connection ended in the middle of a line')
    }
  }

  async take(length: number): Promise<Buffer> {
    const chunks = [this.#pending]
    let total = this.#pending.length
    while (total < length) {
      const chunk = await this.#next()
      if (chunk === null) throw new Error(`the connection ended after ${total} of ${length} bytes of the body`)
      chunks.push(chunk)
      total += chunk.length
    }
    const all = Buffer.concat(chunks)
    this.#pending = all.subarray(length)
    return all.subarray(0, length)
  }

  async rest(): Promise<Buffer> {
    const chunks = [this.#pending]
    for (let chunk = await this.#next(); chunk !== null; chunk = await this.#next()) chunks.push(chunk)
    this.#pending = Buffer.alloc(0)
    return Buffer.concat(chunks)
  }

  async #next(): Promise<Buffer | null> {
    const result = await this.#chunks.next()
    return result.done === true ? null : result.value
  }
}
