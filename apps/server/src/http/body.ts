/**
 * Request bodies, read from Node's own stream: a GET may have one, which a web `Request` would drop, and one buffer of the
 * announced size is a fifth faster than `arrayBuffer()`.
 *
 * - Limits hold while bytes arrive and while they are inflated. A `Content-Length` above the limit is refused before a byte is read.
 * - After a refusal the stream stands still; `discardBody` then takes the rest, so that the sender sees the answer.
 */
import type { IncomingMessage } from 'node:http'
import type { Clock } from '@logbrook/kafka/clock'
import { COMPRESSION_OVERHEAD_BYTES_MAX, DISCARD_BYTES_MAX, DISCARD_MS_MAX } from '@logbrook/kafka/limits'
import { BodyBuffer, payloadTooLarge } from './body-buffer.ts'
import { contentCoding } from './content-coding.ts'
import { inflate } from './inflate.ts'

export interface Body {
  /** Exactly the body, decompressed. At least `SENTINEL_BYTES` zeros lie behind it in its memory. */
  readonly bytes: Buffer
  /** Bytes that came over the wire, without the framing of chunks. */
  readonly wireBytes: number
}

export interface BodyOptions {
  /** After decompression. */
  readonly maxBytes: number
  /** The `Content-Encoding` header. */
  readonly contentEncoding: string | undefined
}

/** The sender is gone before its request was here: there is nobody to answer. */
export class RequestAborted extends Error {
  override readonly name = 'RequestAborted'

  constructor() {
    super('the sender hung up before its request was complete')
  }
}

/** What a body without `Content-Length` is first given room for. */
const CHUNKED_BYTES_EXPECTED = 16 * 1024

/**
 * Reads to the end. An empty body is empty in every coding.
 *
 * @throws KafkaError PAYLOAD_TOO_LARGE; INVALID_REQUEST for a coding that is not read, or a body that does not follow it
 * @throws RequestAborted
 */
export async function readBody(incoming: IncomingMessage, { maxBytes, contentEncoding }: BodyOptions): Promise<Body> {
  const coding = contentCoding(contentEncoding)
  if (coding === 'identity') {
    const bytes = await receive(incoming, maxBytes)
    return { bytes, wireBytes: bytes.length }
  }
  const wire = await receive(incoming, maxBytes + COMPRESSION_OVERHEAD_BYTES_MAX)
  return { bytes: wire.length === 0 ? wire : await inflate(wire, coding, maxBytes), wireBytes: wire.length }
}

async function receive(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  // Node has made sure that it is a number, and that no more bytes than that will come.
  const announcedBytes = Number(incoming.headers['content-length'] ?? CHUNKED_BYTES_EXPECTED)
  if (announcedBytes > maxBytes) throw payloadTooLarge(maxBytes)
  if (incoming.destroyed) throw new RequestAborted()

  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const buffer = new BodyBuffer({ maxBytes, expectedBytes: announcedBytes })
  const onData = (chunk: Buffer): void => {
    try {
      buffer.append(chunk)
    } catch (error) {
      incoming.off('data', onData).pause()
      reject(error)
    }
  }
  const onEnd = (): void => {
    // A stream that ends closes at once: no error, with its stack, for each good request.
    incoming.off('close', onClose)
    resolve(buffer.body())
  }
  const onClose = (): void => reject(new RequestAborted())
  incoming.on('data', onData).once('end', onEnd).once('close', onClose)
  try {
    return await promise
  } finally {
    incoming.off('data', onData).off('end', onEnd).off('close', onClose)
  }
}

/** How often it is asked how much has been discarded. */
const DISCARD_CHECK_INTERVAL_MS = 100

/**
 * Takes what is left of a request that was answered early, and drops it: a sender that is still sending does not read, and a connection
 * closed on it is a reset to it, after which the Datadog Agent sends the same again for ever. Beyond `DISCARD_BYTES_MAX` or
 * `DISCARD_MS_MAX` the connection is closed.
 *
 * The socket is asked for the bytes from time to time: once an answer is sent, Node may have begun to drop the body itself, without
 * limit and without a word.
 */
export function discardBody(incoming: IncomingMessage, clock: Clock): void {
  const { socket } = incoming
  const bytesBefore = socket.bytesRead
  let elapsedMs = 0
  let timer = clock.after(DISCARD_CHECK_INTERVAL_MS, check)
  // Once it is answered, Node no longer tells the request itself that its socket is gone.
  socket.once('close', stop)
  incoming.once('end', stop).resume()

  function check(): void {
    elapsedMs += DISCARD_CHECK_INTERVAL_MS
    if (elapsedMs < DISCARD_MS_MAX && socket.bytesRead - bytesBefore <= DISCARD_BYTES_MAX) {
      timer = clock.after(DISCARD_CHECK_INTERVAL_MS, check)
    } else {
      stop()
      socket.destroySoon()
    }
  }
  function stop(): void {
    timer.cancel()
    socket.off('close', stop)
    incoming.off('end', stop)
  }
}
