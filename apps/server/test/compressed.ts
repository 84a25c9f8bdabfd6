/** Compressed bodies, the honest and the hostile: some made by hand, where no compressor would write them. */
import { constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'

const MIB = 2 ** 20

export const COMPRESSORS = { gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync } as const
export type Compression = keyof typeof COMPRESSORS
export const COMPRESSIONS = Object.keys(COMPRESSORS) as Compression[]

/**
 * A body that inflates to `bytes` zeros, whole steps of 16 MiB, out of the same compressed step again and again. Gzip's and deflate's
 * checksums at the end are wrong, and gzip's length there says zero: who reads that far finds the body corrupt.
 */
export function bomb(compression: Compression, bytes: number): Buffer {
  if (compression === 'zstd') return zstdFrame({ windowLog: 20, blocks: Array<Buffer>(bytes / ZSTD_BLOCK_BYTES_MAX).fill(zstdZeros()) })
  const step = deflateRawSync(Buffer.alloc(16 * MIB), { finishFlush: constants.Z_FULL_FLUSH })
  const steps = [...Array<Buffer>(bytes / (16 * MIB)).fill(step), Buffer.from([0x03, 0x00])]
  return compression === 'gzip'
    ? Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), ...steps, Buffer.alloc(8)])
    : Buffer.concat([Buffer.from([0x78, 0x9c]), ...steps, Buffer.alloc(4)])
}

const ZSTD_BLOCK_BYTES_MAX = 128 * 1024

/** RFC 8878, 3.1.1: a frame with a window of its own choice and without its length. */
export function zstdFrame({ windowLog, blocks }: { windowLog: number; blocks: readonly Buffer[] }): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (windowLog - 10) << 3])
  const last = Buffer.from([0x01, 0x00, 0x00])
  return Buffer.concat([header, ...blocks, last])
}

/** A block that says "one byte, this many times". */
function zstdZeros(): Buffer {
  const block = Buffer.alloc(4)
  block.writeUIntLE((ZSTD_BLOCK_BYTES_MAX << 3) | (1 << 1), 0, 3)
  return block
}

/** RFC 8878, 3.1.2: a frame of which a decoder takes no notice. */
export function skippableFrame(bytes: number): Buffer {
  const frame = Buffer.alloc(bytes)
  frame.writeUInt32LE(0x184d2a50, 0)
  frame.writeUInt32LE(bytes - 8, 4)
  return frame
}
