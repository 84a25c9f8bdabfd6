/** What waits for readers of WebSockets: bounded for each and for all, and given back (contract: slow readers are bounded and told). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  WEBSOCKET_FRAME_OVERHEAD_BYTES,
  WEBSOCKET_HANDED_BYTES_MAX,
  WEBSOCKET_QUEUE_BYTES_MAX,
  WEBSOCKET_QUEUES_BYTES_MAX,
} from '@logbrook/kafka/limits'
import { Frame } from '@logbrook/sql/live/frame'
import { SendQueues } from '../src/http/websocket/send-queue.ts'
import type { QueueLimits, SendQueue } from '../src/http/websocket/send-queue.ts'

/** Of so many bytes in a queue. */
function frame(bytes: number): Frame {
  return new Frame(Buffer.alloc(bytes - WEBSOCKET_FRAME_OVERHEAD_BYTES))
}

interface Reader {
  readonly queue: SendQueue
  /** What the connection was handed and has not passed on. */
  readonly handed: { readonly frame: Frame; readonly taken: () => void }[]
  isEnded: boolean
}

function open(queues: SendQueues): Reader {
  const reader: Reader = {
    handed: [],
    isEnded: false,
    queue: queues.open({
      hand: (given, taken) => void reader.handed.push({ frame: given, taken }),
      tooSlow: () => void (reader.isEnded = true),
    }),
  }
  return reader
}

function all(limits: Partial<QueueLimits> = {}): SendQueues & { counted: number } {
  const queues = Object.assign(new SendQueues((bytes) => (queues.counted += bytes), limits), { counted: 0 })
  return queues
}

test('a reader is handed only what it takes, in order', () => {
  const queues = all()
  const { queue, handed } = open(queues)
  const frames = Array.from({ length: 5 }, () => frame(WEBSOCKET_HANDED_BYTES_MAX / 2))
  for (const one of frames) queue.send(one)
  assert.deepEqual(handed.length, 2)
  for (let i = 0; i < frames.length; i++) handed[i]!.taken()
  assert.deepEqual(
    handed.map(({ frame: given }) => given),
    frames,
  )
  assert.deepEqual([queue.bytes, queues.bytes, queues.counted], [0, 0, 0])
})

test('a reader may have as much waiting as the limit, and no more', () => {
  const queues = all()
  const exact = open(queues)
  exact.queue.send(frame(WEBSOCKET_QUEUE_BYTES_MAX / 2))
  exact.queue.send(frame(WEBSOCKET_QUEUE_BYTES_MAX / 2))
  assert.equal(exact.isEnded, false)
  exact.queue.send(frame(WEBSOCKET_FRAME_OVERHEAD_BYTES))
  assert.equal(exact.isEnded, true)
  assert.equal(queues.bytes, WEBSOCKET_QUEUE_BYTES_MAX / 2, 'what the connection has been handed is all that is left')
  exact.queue.close()
  assert.deepEqual([queues.bytes, queues.counted], [0, 0])
  exact.handed[0]!.taken()
  exact.queue.send(frame(1_000))
  assert.deepEqual([queues.bytes, exact.handed.length], [0, 1])
})

test('a frame that nothing waits before may have any size', () => {
  const { queue, handed, isEnded } = open(all())
  queue.send(frame(2 * WEBSOCKET_QUEUE_BYTES_MAX))
  assert.deepEqual([handed.length, isEnded], [1, false])
})

test('of all readers the one that holds up most is ended when they hold up too much together', () => {
  const queues = all()
  const readers = Array.from({ length: WEBSOCKET_QUEUES_BYTES_MAX / WEBSOCKET_QUEUE_BYTES_MAX }, () => open(queues))
  const fill = ({ queue }: Reader, bytes: number) => {
    for (let sent = 0; sent < bytes; sent += WEBSOCKET_QUEUE_BYTES_MAX / 8) queue.send(frame(WEBSOCKET_QUEUE_BYTES_MAX / 8))
  }
  for (const reader of readers) fill(reader, WEBSOCKET_QUEUE_BYTES_MAX)
  assert.equal(queues.bytes, WEBSOCKET_QUEUES_BYTES_MAX)
  assert.ok(readers.every(({ isEnded }) => !isEnded))
  const late = open(queues)
  late.queue.send(frame(WEBSOCKET_FRAME_OVERHEAD_BYTES))
  assert.deepEqual([readers.filter(({ isEnded }) => isEnded).length, late.isEnded], [1, false])
  assert.ok(queues.bytes < WEBSOCKET_QUEUES_BYTES_MAX)
})

test('what several readers wait for counts once', () => {
  const queues = all()
  const readers = Array.from({ length: 50 }, () => open(queues))
  const shared = frame(WEBSOCKET_QUEUE_BYTES_MAX)
  for (const { queue } of readers) queue.send(shared)
  assert.equal(queues.bytes, shared.text.length + 50 * WEBSOCKET_FRAME_OVERHEAD_BYTES)
  for (const { queue } of readers) queue.close()
  assert.deepEqual([queues.bytes, queues.counted], [0, 0])
})

test('a reader has room when half of its queue is free, and when it is gone', async () => {
  const queues = all({ queueBytesMax: 4_000 })
  const { queue, handed } = open(queues)
  assert.equal(queue.room(), null)
  queue.send(frame(2_000))
  assert.equal(queue.room(), null)
  queue.send(frame(1_000))
  const room = queue.room()
  assert.notEqual(room, null)
  handed[1]!.taken()
  await room
  assert.equal(queue.room(), null)
  queue.send(frame(1_000))
  const last = queue.room()
  queue.close()
  await last
})
