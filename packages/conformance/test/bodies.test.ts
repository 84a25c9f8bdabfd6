import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { elementOf, gzipBomb, MIB, paddedBatch, skippableFrame, zstdBomb } from '@logbrook/conformance/bodies'

test('a padded batch is one element in a body of exactly its length', () => {
  const body = paddedBatch(1_000)
  assert.equal(body.length, 1_000)
  assert.deepEqual(JSON.parse(body.toString()), [{ padded: true }])
})

test('an element is exactly as long as asked', () => {
  assert.equal(elementOf(101).length, 101)
  assert.equal(typeof JSON.parse(elementOf(101)), 'object')
})

test('a gzip bomb holds zeros; only its checksum, behind them, is wrong', () => {
  assert.throws(() => gunzipSync(gzipBomb(2 * MIB)), { code: 'Z_DATA_ERROR' })
  const withoutTrailer = gzipBomb(2 * MIB).subarray(10, -8)
  const inflated = gunzipSync(Buffer.concat([gzipBomb(0).subarray(0, 10), withoutTrailer, trailerOf(Buffer.alloc(2 * MIB))]))
  assert.deepEqual(inflated, Buffer.alloc(2 * MIB))
})

test('a zstd bomb is one frame of zeros, and a skippable frame is skipped', () => {
  assert.deepEqual(zstdDecompressSync(zstdBomb(2 * MIB)), Buffer.alloc(2 * MIB))
  assert.equal(zstdDecompressSync(skippableFrame('x')).length, 0)
})

function trailerOf(content: Buffer): Buffer {
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(content), 0)
  trailer.writeUInt32LE(content.length, 4)
  return trailer
}
