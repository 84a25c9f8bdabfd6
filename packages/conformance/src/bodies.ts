/** Bodies that are too large or too odd to be written down. */
import { deflateRawSync, constants } from 'node:zlib'

export const KIB = 1024
export const MIB = 1024 * KIB
export const GIB = 1024 * MIB
/** The contract's limit of a body, after decompression. */
export const BODY_BYTES_MAX = 64 * MIB

const ELEMENT = '{"padded":true}'

/** One element behind so much white space that the whole is `length` bytes. */
export function paddedBatch(length: number): Buffer {
  const body = Buffer.alloc(length, ' ')
  body.write('[', 0)
  body.write(`${ELEMENT}]`, length - ELEMENT.length - 1)
  return body
}

/** A batch of one element of exactly `length` bytes. */
export function elementOf(length: number): string {
  const frame = '{"message":""}'
  return `{"message":"${'x'.repeat(length - frame.length)}"}`
}

/** Gzip of `length` zeros: a chunk of a flushed stream does not depend on what came before, so one is made and repeated. */
export function gzipBomb(length: number): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
  const chunk = deflateRawSync(Buffer.alloc(MIB), { finishFlush: constants.Z_FULL_FLUSH })
  const lastBlock = Buffer.from([3, 0])
  const checksumAndLength = Buffer.alloc(8)
  return Buffer.concat([header, ...Array<Buffer>(length / MIB).fill(chunk), lastBlock, checksumAndLength])
}

const ZSTD_MAGIC = 0xfd2fb528
/** Frame header: no content size, no dictionary, no checksum. */
const ZSTD_DESCRIPTOR = 0
/** 2^(10 + 7) bytes. */
const ZSTD_WINDOW_128_KIB = 7 << 3
const ZSTD_BLOCK_BYTES_MAX = 128 * KIB

/** One zstd frame of `length` zeros: blocks of one repeated byte, four bytes for each 128 KiB (RFC 8878, "RLE_Block"). */
export function zstdBomb(length: number): Buffer {
  const header = Buffer.alloc(6)
  header.writeUInt32LE(ZSTD_MAGIC, 0)
  header.writeUInt8(ZSTD_DESCRIPTOR, 4)
  header.writeUInt8(ZSTD_WINDOW_128_KIB, 5)
  const blocks = length / ZSTD_BLOCK_BYTES_MAX
  const block = (isLast: boolean): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUIntLE((ZSTD_BLOCK_BYTES_MAX << 3) | (1 << 1) | (isLast ? 1 : 0), 0, 3)
    return bytes
  }
  return Buffer.concat([header, ...Array<Buffer>(blocks - 1).fill(block(false)), block(true)])
}

/** A zstd frame that a reader skips (RFC 8878, "Skippable Frames"). */
export function skippableFrame(content: string): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt32LE(0x184d2a50, 0)
  header.writeUInt32LE(content.length, 4)
  return Buffer.concat([header, Buffer.from(content)])
}

export function withFlippedBit(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at]! ^= 1
  return copy
}
