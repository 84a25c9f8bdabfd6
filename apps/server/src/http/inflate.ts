/**
 * Decompresses a request body, of which nothing is believed but its bytes.
 *
 * - The limit holds while inflating: not a chunk more than `maxBytes` is ever produced, whatever a header or trailer claims.
 * - A small body is inflated at once on the event loop, which is twice as fast; what turns out larger than `INFLATE_AT_ONCE_BYTES_MAX`
 *   starts again in the thread pool, chunk by chunk, so that a bomb holds up nobody.
 * - All bytes are used: members of gzip and frames of zstd are read to the last, and what follows them is refused.
 *   Node is silent on it: inflate ignores it, zstd stops after its first frame; `bytesWritten` says how far the decoder read.
 */
import {
  constants,
  createGunzip,
  createInflate,
  createZstdDecompress,
  gunzipSync,
  inflateSync,
  type ZlibOptions,
  zstdDecompressSync,
  type ZstdOptions,
} from 'node:zlib'
import { KafkaError } from '@logbrook/kafka/errors'
import { INFLATE_AT_ONCE_BYTES_MAX, ZSTD_FRAMES_MAX, ZSTD_WINDOW_LOG_MAX } from '@logbrook/kafka/limits'
import { joinBody, payloadTooLarge } from './body-buffer.ts'
import type { ContentCoding } from './content-coding.ts'

type Compression = Exclude<ContentCoding, 'identity'>

/** What `info: true` makes of the answers of node:zlib; their types do not know. */
interface InflatedWithInfo {
  readonly buffer: Buffer
  /** `bytesWritten` to the decoder: how much of the input it used. */
  readonly engine: { readonly bytesWritten: number }
}

interface Decoder {
  readonly atOnce: (bytes: Buffer, options: ZlibOptions & ZstdOptions) => unknown
  readonly stream: (options: ZlibOptions & ZstdOptions) => ReturnType<typeof createGunzip>
}

const ZSTD_PARAMS = { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX }

const DECODERS: Readonly<Record<Compression, Decoder>> = {
  gzip: { atOnce: gunzipSync, stream: createGunzip },
  deflate: { atOnce: inflateSync, stream: createInflate },
  zstd: {
    atOnce: (bytes, options) => zstdDecompressSync(bytes, { ...options, params: ZSTD_PARAMS }),
    stream: (options) => createZstdDecompress({ ...options, params: ZSTD_PARAMS }),
  },
}

const CHUNK_BYTES_MIN = 16 * 1024
const STREAM_CHUNK_BYTES = 128 * 1024
/** A deflate stream cannot hold more than this many times its length. */
const DEFLATE_RATIO_MAX = 1032

/**
 * `bytes` is the whole compressed body, not empty.
 *
 * @throws KafkaError PAYLOAD_TOO_LARGE, or INVALID_REQUEST when it is corrupt, cut short or followed by garbage
 */
export async function inflate(bytes: Buffer, compression: Compression, maxBytes: number): Promise<Buffer> {
  return inflateAtOnce(bytes, compression, maxBytes) ?? (await inflateInPool(bytes, compression, maxBytes))
}

/** `undefined` when that is not possible: too much comes out, or it is not all in one piece. */
function inflateAtOnce(bytes: Buffer, compression: Compression, maxBytes: number): Buffer | undefined {
  const maxOutputLength = Math.min(maxBytes, INFLATE_AT_ONCE_BYTES_MAX)
  const chunkSize = expectedBytes(bytes, compression)
  if (bytes.length > maxOutputLength || chunkSize > maxOutputLength) return undefined
  try {
    const { buffer, engine } = DECODERS[compression].atOnce(bytes, { chunkSize, maxOutputLength, info: true }) as InflatedWithInfo
    return engine.bytesWritten === bytes.length ? joinBody([buffer]) : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw corrupt(compression, error)
  }
}

/**
 * What will come out, as a guess that only speed depends on: room for all of it makes node:zlib twice as fast. A gzip body says at its
 * end how much it holds.
 */
function expectedBytes(bytes: Buffer, compression: Compression): number {
  if (compression !== 'gzip' || bytes.length < 4) return Math.max(8 * bytes.length, CHUNK_BYTES_MIN)
  const claimedBytes = bytes.readUInt32LE(bytes.length - 4)
  // With a byte to spare the decoder sees that it is done.
  return Math.max(Math.min(claimedBytes, DEFLATE_RATIO_MAX * bytes.length) + 1, CHUNK_BYTES_MIN)
}

async function inflateInPool(bytes: Buffer, compression: Compression, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let inflatedBytes = 0
  let rest = bytes
  for (let frames = 1; rest.length > 0; frames++) {
    if (frames > ZSTD_FRAMES_MAX) throw new KafkaError('INVALID_REQUEST', `the zstd body has more than ${ZSTD_FRAMES_MAX} frames`)
    const usedBytes = await inflateOne(rest, compression, (chunk) => {
      inflatedBytes += chunk.length
      if (inflatedBytes > maxBytes) throw payloadTooLarge(maxBytes)
      chunks.push(chunk)
    })
    rest = rest.subarray(usedBytes)
    if (rest.length > 0 && compression !== 'zstd') throw corrupt(compression, new Error(`${rest.length} bytes follow its end`))
  }
  return joinBody(chunks)
}

/** One zlib stream, one zstd frame or all members of a gzip body; answers how many bytes it took. */
function inflateOne(bytes: Buffer, compression: Compression, take: (chunk: Buffer) => void): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const stream = DECODERS[compression].stream({ chunkSize: STREAM_CHUNK_BYTES })
  stream.on('data', (chunk: Buffer) => {
    try {
      take(chunk)
    } catch (error) {
      stream.destroy()
      reject(error)
    }
  })
  stream.on('end', () => resolve(stream.bytesWritten))
  stream.on('error', (error) => reject(corrupt(compression, error)))
  stream.end(bytes)
  return promise
}

function corrupt(compression: Compression, cause: unknown): KafkaError {
  return new KafkaError('INVALID_REQUEST', `the body is not valid ${compression}: ${(cause as Error).message}`, { cause })
}
