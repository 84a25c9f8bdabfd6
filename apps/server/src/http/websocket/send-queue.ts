/**
 * What waits to be taken by the readers of WebSockets: bounded for each of them, and for all together.
 *
 * - A connection is handed no more than it takes at once; the rest waits here, where it can be dropped.
 * - What several readers wait for is one buffer, and counts once for all together.
 * - Nothing waits for a reader: one that is too slow loses what waits for it and is ended, so that neither memory nor other readers pay for it.
 */
import type { Frame } from '@logbrook/sql/live/frame'
import {
  WEBSOCKET_FRAME_OVERHEAD_BYTES,
  WEBSOCKET_HANDED_BYTES_MAX,
  WEBSOCKET_QUEUE_BYTES_MAX,
  WEBSOCKET_QUEUES_BYTES_MAX,
} from '@logbrook/kafka/limits'

export interface QueueLimits {
  readonly queueBytesMax: number
  readonly queuesBytesMax: number
}

const LIMITS: QueueLimits = { queueBytesMax: WEBSOCKET_QUEUE_BYTES_MAX, queuesBytesMax: WEBSOCKET_QUEUES_BYTES_MAX }

export interface QueueReader {
  /** Calls back when the operating system has the frame. */
  readonly hand: (frame: Frame, taken: () => void) => void
  /** It is to be told, and ended. */
  readonly tooSlow: () => void
}

/** Of all readers. */
export class SendQueues {
  readonly #limits: QueueLimits
  readonly #queues = new Set<SendQueue>()
  readonly #onQueued: (bytes: number) => void
  #bytes = 0

  /** @param onQueued told how many bytes more wait, or fewer */
  constructor(onQueued: (bytes: number) => void, limits: Partial<QueueLimits> = {}) {
    this.#onQueued = onQueued
    this.#limits = { ...LIMITS, ...limits }
  }

  /** What waits for all readers. */
  get bytes(): number {
    return this.#bytes
  }

  open(reader: QueueReader): SendQueue {
    const queue: SendQueue = new SendQueue(reader, this.#limits.queueBytesMax, {
      makeRoom: (bytes) => this.#makeRoom(bytes),
      count: (bytes) => this.#count(bytes),
      leave: () => void this.#queues.delete(queue),
    })
    this.#queues.add(queue)
    return queue
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    this.#onQueued(bytes)
  }

  /** Ends the readers that hold up most until `bytes` more fit. */
  #makeRoom(bytes: number): void {
    while (this.#bytes + bytes > this.#limits.queuesBytesMax) {
      let longest: SendQueue | undefined
      for (const queue of this.#queues) if (queue.bytes > (longest?.bytes ?? 0)) longest = queue
      if (longest === undefined) return
      longest.end()
    }
  }
}

interface AllQueues {
  readonly makeRoom: (bytes: number) => void
  readonly count: (bytes: number) => void
  readonly leave: () => void
}

/** Of one reader. */
export class SendQueue {
  readonly #reader: QueueReader
  readonly #bytesMax: number
  readonly #all: AllQueues
  #waiting: Frame[] = []
  /** What of `#waiting` has been handed on. */
  #first = 0
  readonly #handed = new Set<Handed>()
  #handedBytes = 0
  #bytes = 0
  #ended = false
  #hasRoom: PromiseWithResolvers<void> | undefined

  constructor(reader: QueueReader, bytesMax: number, all: AllQueues) {
    this.#reader = reader
    this.#bytesMax = bytesMax
    this.#all = all
  }

  get bytes(): number {
    return this.#bytes
  }

  /** A frame that nothing waits before is sent whatever its size. */
  send(frame: Frame): void {
    if (this.#ended) return
    const bytes = sizeOf(frame)
    if (this.#bytes > 0 && this.#bytes + bytes > this.#bytesMax) this.end()
    else this.#all.makeRoom(bytes)
    if (this.#ended) return
    this.#bytes += bytes
    this.#all.count(WEBSOCKET_FRAME_OVERHEAD_BYTES + (frame.queued++ === 0 ? frame.text.length : 0))
    this.#waiting.push(frame)
    this.#handOn()
  }

  /** Resolves when half of the queue is free, or nobody waits any more; `null` where that is so. */
  room(): Promise<void> | null {
    if (this.#ended || this.#bytes <= this.#bytesMax / 2) return null
    return (this.#hasRoom ??= Promise.withResolvers()).promise
  }

  /** The reader is too slow. */
  end(): void {
    if (this.#ended) return
    this.#leave()
    this.#reader.tooSlow()
  }

  /** The connection is gone, and with it what it was handed. */
  close(): void {
    this.#leave()
    for (const handed of this.#handed) this.#giveBack(handed.frame)
    this.#handed.clear()
  }

  #tellRoom(): void {
    this.#hasRoom?.resolve()
    this.#hasRoom = undefined
  }

  #leave(): void {
    this.#ended = true
    this.#tellRoom()
    this.#all.leave()
    for (const frame of this.#waiting.slice(this.#first)) this.#giveBack(frame)
    this.#waiting = []
    this.#first = 0
  }

  #handOn(): void {
    while (this.#first < this.#waiting.length && this.#handedBytes < WEBSOCKET_HANDED_BYTES_MAX) {
      const handed: Handed = { frame: this.#waiting[this.#first++]! }
      this.#handed.add(handed)
      this.#handedBytes += sizeOf(handed.frame)
      this.#reader.hand(handed.frame, () => this.#taken(handed))
    }
    if (this.#first === this.#waiting.length || this.#first > COMPACTED_FRAMES) {
      this.#waiting = this.#waiting.slice(this.#first)
      this.#first = 0
    }
  }

  #taken(handed: Handed): void {
    // Everything was given back when the connection closed.
    if (!this.#handed.delete(handed)) return
    this.#handedBytes -= sizeOf(handed.frame)
    this.#giveBack(handed.frame)
    this.#handOn()
  }

  #giveBack(frame: Frame): void {
    this.#bytes -= sizeOf(frame)
    if (this.#bytes <= this.#bytesMax / 2) this.#tellRoom()
    this.#all.count(-WEBSOCKET_FRAME_OVERHEAD_BYTES - (--frame.queued === 0 ? frame.text.length : 0))
  }
}

interface Handed {
  readonly frame: Frame
}

/** Sent frames that may stand before those that wait. */
const COMPACTED_FRAMES = 1_000

function sizeOf(frame: Frame): number {
  return frame.text.length + WEBSOCKET_FRAME_OVERHEAD_BYTES
}
