/**
 * What a reader is sent: JSON, encoded once however many readers it goes to, and compressed once, when the first asks for it.
 */
import { gzip, gzipSync } from 'node:zlib'
import { promisify } from 'node:util'
import { LIVE_GZIP_AT_ONCE_BYTES_MAX, LIVE_GZIP_BYTES_MIN } from '@logbrook/kafka/limits'

const gzipInThreadPool = promisify(gzip)
/** Twice as fast as the default, and a tenth larger. */
const OPTIONS = { level: 1 }

export class Frame {
  readonly text: Buffer
  #compressed: Buffer | null | undefined
  /** In how many queues it lies: counted by those who send. */
  queued = 0

  constructor(text: Buffer) {
    this.text = text
  }

  static of(message: object): Frame {
    return new Frame(Buffer.from(JSON.stringify(message)))
  }

  /** `null` where that is not smaller, or would keep others waiting; see `compressLarge`. */
  compressed(): Buffer | null {
    if (this.#compressed !== undefined) return this.#compressed
    const { length } = this.text
    const worthIt = length >= LIVE_GZIP_BYTES_MIN && length <= LIVE_GZIP_AT_ONCE_BYTES_MAX
    return (this.#compressed = worthIt ? smaller(gzipSync(this.text, OPTIONS), this.text) : null)
  }

  /** Beside everything else, for a frame that its sender waits for. */
  async compressLarge(): Promise<void> {
    if (this.text.length <= LIVE_GZIP_AT_ONCE_BYTES_MAX) return
    this.#compressed = smaller(await gzipInThreadPool(this.text, OPTIONS), this.text)
  }
}

function smaller(compressed: Buffer, text: Buffer): Buffer | null {
  return compressed.length < text.length ? compressed : null
}

/** The same message for many subscriptions: all but their ids is encoded once, and each id once. */
export class FrameForMany {
  readonly #type: string
  readonly #rest: Buffer
  readonly #frames = new Map<string, Frame>()

  /** @param rest the members that follow the subscription's id in the message */
  constructor(type: string, rest: string) {
    this.#type = type
    this.#rest = Buffer.from(`${rest}}`)
  }

  /** But for the id. */
  get size(): number {
    return this.#rest.length
  }

  for(subscriptionId: string): Frame {
    const known = this.#frames.get(subscriptionId)
    if (known !== undefined) return known
    const head = `{"type":${JSON.stringify(this.#type)},"subscription_id":${JSON.stringify(subscriptionId)},`
    const frame = new Frame(Buffer.concat([Buffer.from(head), this.#rest]))
    this.#frames.set(subscriptionId, frame)
    return frame
  }
}
