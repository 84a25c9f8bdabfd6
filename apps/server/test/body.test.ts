import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type ErrorName, KafkaError } from '@logbrook/kafka/errors'
import {
  BODY_PRESIZED_BYTES_MAX,
  COMPRESSION_OVERHEAD_BYTES_MAX,
  INFLATE_AT_ONCE_BYTES_MAX,
  REQUEST_BODY_BYTES_MAX,
  ZSTD_FRAMES_MAX,
  ZSTD_WINDOW_LOG_MAX,
} from '@logbrook/kafka/limits'
import fc from 'fast-check'
import { type Body, readBody, RequestAborted } from '../src/http/body.ts'
import { SENTINEL_BYTES } from '../src/http/json-array.ts'
import { bomb, type Compression, COMPRESSIONS, COMPRESSORS, skippableFrame, zstdFrame } from './compressed.ts'
import { chunked, head, startRawServer } from './raw-server.ts'

const SEED = 20_266
const GIB = 2 ** 30
const LOGS = Buffer.from(JSON.stringify(Array.from({ length: 100 }, (_, i) => ({ message: `log ${i}`, service: 'payment' }))))
/** Too large to be inflated at once. */
const MANY_LOGS = Buffer.concat(Array(Math.ceil((2 * INFLATE_AT_ONCE_BYTES_MAX) / LOGS.length)).fill(LOGS))

/** What `readBody` makes of what a connection sends. */
async function reading(send: (socket: Socket) => void, maxBytes = REQUEST_BODY_BYTES_MAX): Promise<Body> {
  const outcome = Promise.withResolvers<Body>()
  await using server = await startRawServer((incoming, outgoing) => {
    void readBody(incoming, { maxBytes, contentEncoding: incoming.headers['content-encoding'] })
      .then(outcome.resolve, outcome.reject)
      .finally(() => outgoing.end())
  })
  send(server.connect())
  const body = await outcome.promise
  assertZerosBehind(body.bytes)
  return body
}

function assertZerosBehind({ buffer, byteOffset, length }: Buffer): void {
  assert.deepEqual([...new Uint8Array(buffer, byteOffset + length, SENTINEL_BYTES)], Array(SENTINEL_BYTES).fill(0))
}

function readingEncoded(bytes: Buffer, contentEncoding: string, maxBytes?: number): Promise<Body> {
  return reading((socket) => {
    socket.write(head({ 'Content-Length': bytes.length, 'Content-Encoding': contentEncoding }))
    socket.write(bytes)
  }, maxBytes)
}

function readingChunked(chunks: readonly Buffer[], headers: Record<string, string> = {}, maxBytes?: number): Promise<Body> {
  return reading((socket) => {
    socket.write(head({ 'Transfer-Encoding': 'chunked', ...headers }))
    socket.write(chunked(chunks))
  }, maxBytes)
}

function announcing(bytes: number): Promise<Body> {
  return reading((socket) => void socket.write(head({ 'Content-Length': bytes })))
}

async function refuses(body: Promise<Body>, error: ErrorName, message: RegExp): Promise<void> {
  await assert.rejects(body, (thrown) => {
    assert.ok(thrown instanceof KafkaError, String(thrown))
    assert.equal(thrown.error, error)
    assert.match(thrown.message, message)
    return true
  })
}

const TOO_LARGE = /^the request body is larger than 67108864 bytes, which is the limit$/

test('a plain body is read as it is, by Content-Length and chunked', async () => {
  for (const bytes of [LOGS, Buffer.alloc(0), MANY_LOGS]) {
    assert.deepEqual(await readingEncoded(bytes, 'identity'), { bytes, wireBytes: bytes.length })
    assert.deepEqual(await readingChunked([bytes]), { bytes, wireBytes: bytes.length })
  }
  const single = [...LOGS].map((byte) => Buffer.from([byte]))
  assert.deepEqual((await readingChunked(single)).bytes, LOGS)
})

test('a request without a body has an empty one, and a GET may have one', async () => {
  assert.deepEqual((await reading((socket) => void socket.write(head({})))).bytes, Buffer.alloc(0))
  const { bytes } = await reading((socket) => void socket.write(`${head({ 'Content-Length': 2 }, 'GET')}{}`))
  assert.equal(bytes.toString(), '{}')
})

test('every coding is read by each of its names', async () => {
  const names: [name: string, compression: Compression][] = [
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZip', 'gzip'],
    ['deflate', 'deflate'],
    ['zstd', 'zstd'],
    ['zstd1', 'zstd'],
    [' zstd ', 'zstd'],
  ]
  for (const [name, compression] of names) {
    for (const bytes of [LOGS, MANY_LOGS]) {
      const wire = COMPRESSORS[compression](bytes)
      assert.deepEqual(await readingEncoded(wire, name), { bytes, wireBytes: wire.length })
      assert.deepEqual((await readingChunked([wire], { 'Content-Encoding': name })).bytes, bytes)
    }
  }
})

test('any bytes in any coding and any chunks come out as they went in', async () => {
  const bytesArbitrary = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.nat(255), fc.nat(100_000)).map(([byte, n]) => Buffer.alloc(n, byte)),
  )
  await fc.assert(
    fc.asyncProperty(bytesArbitrary, fc.constantFrom(...COMPRESSIONS, 'identity'), fc.array(fc.nat(100)), async (content, coding, cuts) => {
      const bytes = Buffer.from(content)
      let rest = coding === 'identity' ? bytes : COMPRESSORS[coding](bytes)
      const chunks = cuts.map((length) => {
        const chunk = rest.subarray(0, length)
        rest = rest.subarray(length)
        return chunk
      })
      assert.deepEqual((await readingChunked([...chunks, rest], { 'Content-Encoding': coding })).bytes, bytes)
    }),
    { seed: SEED, numRuns: 150 },
  )
})

test('an empty body is empty in every coding', async () => {
  for (const compression of COMPRESSIONS) {
    assert.deepEqual(await readingEncoded(Buffer.alloc(0), compression), { bytes: Buffer.alloc(0), wireBytes: 0 })
    assert.deepEqual((await readingEncoded(COMPRESSORS[compression](Buffer.alloc(0)), compression)).bytes, Buffer.alloc(0))
  }
})

test('other codings, and several at once, are refused by name', async () => {
  await refuses(readingEncoded(LOGS, 'br'), 'INVALID_REQUEST', /^Content-Encoding "br" is not read here: identity, gzip,/)
  await refuses(readingEncoded(LOGS, 'constructor'), 'INVALID_REQUEST', /"constructor" is not read here/)
  await refuses(readingEncoded(LOGS, 'gzip, gzip'), 'INVALID_REQUEST', /"gzip, gzip" names several codings/)
  await refuses(readingEncoded(LOGS, 'identity,gzip'), 'INVALID_REQUEST', /"identity,gzip" names several codings/)
})

test('a plain body may have as many bytes as the limit and not one more', async () => {
  const full = Buffer.alloc(REQUEST_BODY_BYTES_MAX, ' ')
  assert.equal((await readingEncoded(full, 'identity')).bytes.length, REQUEST_BODY_BYTES_MAX)
  assert.equal((await readingChunked([full])).bytes.length, REQUEST_BODY_BYTES_MAX)
  await refuses(readingChunked([full, Buffer.from(' ')]), 'PAYLOAD_TOO_LARGE', TOO_LARGE)
  // What announces itself is refused before a byte of it has come.
  await refuses(announcing(REQUEST_BODY_BYTES_MAX + 1), 'PAYLOAD_TOO_LARGE', TOO_LARGE)
  await refuses(announcing(Number.MAX_SAFE_INTEGER), 'PAYLOAD_TOO_LARGE', TOO_LARGE)
})

test('a compressed body may inflate to the limit and not a byte beyond', async () => {
  const full = Buffer.alloc(REQUEST_BODY_BYTES_MAX)
  const over = Buffer.alloc(REQUEST_BODY_BYTES_MAX + 1)
  for (const compression of COMPRESSIONS) {
    assert.equal((await readingEncoded(COMPRESSORS[compression](full), compression)).bytes.length, REQUEST_BODY_BYTES_MAX)
    await refuses(readingEncoded(COMPRESSORS[compression](over), compression), 'PAYLOAD_TOO_LARGE', TOO_LARGE)
  }
  // The same below the size that is inflated at once.
  for (const compression of COMPRESSIONS) {
    const wire = COMPRESSORS[compression](Buffer.alloc(1000))
    assert.equal((await readingEncoded(wire, compression, 1000)).bytes.length, 1000)
    await refuses(readingEncoded(wire, compression, 999), 'PAYLOAD_TOO_LARGE', /larger than 999 bytes/)
  }
})

test('a size is read the same on both sides of what is inflated at once, and of what is set aside at once', async () => {
  for (const size of [INFLATE_AT_ONCE_BYTES_MAX, BODY_PRESIZED_BYTES_MAX]) {
    for (const length of [size - 1, size, size + 1]) {
      const bytes = Buffer.alloc(length, 'log ')
      for (const compression of COMPRESSIONS)
        assert.ok((await readingEncoded(COMPRESSORS[compression](bytes), compression)).bytes.equals(bytes))
      assert.ok((await readingEncoded(bytes, 'identity')).bytes.equals(bytes))
    }
  }
})

test('a bomb is refused before its end is reached', async () => {
  for (const compression of COMPRESSIONS) {
    for (const bytes of [65 * 2 ** 20 + 15 * 2 ** 20, 10 * GIB]) {
      // Had it been read to its end, what follows there would have made it INVALID_REQUEST.
      const wire = Buffer.concat([bomb(compression, bytes), Buffer.from('garbage')])
      await refuses(readingEncoded(wire, compression), 'PAYLOAD_TOO_LARGE', TOO_LARGE)
    }
    await refuses(readingEncoded(COMPRESSORS[compression](Buffer.alloc(65 * 2 ** 20)), compression), 'PAYLOAD_TOO_LARGE', TOO_LARGE)
  }
  // The same hidden in many members and frames, each of them small.
  const member = gzipSync(Buffer.alloc(2 ** 20))
  await refuses(readingEncoded(Buffer.concat(Array(65).fill(member)), 'gzip'), 'PAYLOAD_TOO_LARGE', TOO_LARGE)
  const frame = zstdCompressSync(Buffer.alloc(2 ** 20))
  await refuses(readingEncoded(Buffer.concat(Array(65).fill(frame)), 'zstd'), 'PAYLOAD_TOO_LARGE', TOO_LARGE)
})

test('compressed bytes that are corrupt, cut short or followed by others are refused', async () => {
  for (const compression of COMPRESSIONS) {
    const invalid = new RegExp(`^the body is not valid ${compression}: `)
    for (const bytes of [LOGS, MANY_LOGS]) {
      const wire = COMPRESSORS[compression](bytes)
      for (const cut of [1, 4, wire.length - 1, wire.length - 3]) {
        await refuses(readingEncoded(wire.subarray(0, wire.length - cut), compression), 'INVALID_REQUEST', invalid)
      }
      for (const more of ['x', '\0', 'garbage!']) {
        await refuses(readingEncoded(Buffer.concat([wire, Buffer.from(more)]), compression), 'INVALID_REQUEST', invalid)
      }
      const damaged = Buffer.from(wire)
      damaged.fill(0xff, 8, 16)
      await refuses(readingEncoded(damaged, compression), 'INVALID_REQUEST', invalid)
    }
    await refuses(readingEncoded(LOGS, compression), 'INVALID_REQUEST', invalid)
  }
})

test('a coding is not taken for another', async () => {
  for (const named of COMPRESSIONS) {
    for (const actual of COMPRESSIONS) {
      if (named !== actual) await refuses(readingEncoded(COMPRESSORS[actual](LOGS), named), 'INVALID_REQUEST', /is not valid/)
    }
  }
})

test('all members of a gzip body and all frames of a zstd body are read', async () => {
  for (const bytes of [LOGS, MANY_LOGS]) {
    const members = Buffer.concat([gzipSync(bytes), gzipSync(Buffer.alloc(0)), gzipSync(LOGS)])
    assert.deepEqual((await readingEncoded(members, 'gzip')).bytes, Buffer.concat([bytes, LOGS]))
    const frames = Buffer.concat([
      skippableFrame(20),
      zstdCompressSync(bytes),
      skippableFrame(8),
      zstdCompressSync(LOGS),
      skippableFrame(9),
    ])
    assert.deepEqual((await readingEncoded(frames, 'zstd')).bytes, Buffer.concat([bytes, LOGS]))
  }
  const cut = Buffer.concat([gzipSync(LOGS), gzipSync(LOGS).subarray(0, 9)])
  await refuses(readingEncoded(cut, 'gzip'), 'INVALID_REQUEST', /is not valid gzip/)
})

test('a zstd body may have as many frames as the limit and not one more', async () => {
  const frame = zstdCompressSync(Buffer.from('x'))
  assert.equal(
    (await readingEncoded(Buffer.concat(Array(ZSTD_FRAMES_MAX).fill(frame)), 'zstd')).bytes.toString(),
    'x'.repeat(ZSTD_FRAMES_MAX),
  )
  await refuses(readingEncoded(Buffer.concat(Array(ZSTD_FRAMES_MAX + 1).fill(frame)), 'zstd'), 'INVALID_REQUEST', /more than 1000 frames/)
})

test('a zstd frame may ask for a window up to the limit and not beyond', async () => {
  assert.equal((await readingEncoded(zstdFrame({ windowLog: ZSTD_WINDOW_LOG_MAX, blocks: [] }), 'zstd')).bytes.length, 0)
  await refuses(
    readingEncoded(zstdFrame({ windowLog: ZSTD_WINDOW_LOG_MAX + 1, blocks: [] }), 'zstd'),
    'INVALID_REQUEST',
    /is not valid zstd: .*memory/,
  )
})

test('a compressed body may be longer than what it holds, up to a limit', async () => {
  const maxBytes = 1000
  const longest = maxBytes + COMPRESSION_OVERHEAD_BYTES_MAX
  assert.equal((await readingEncoded(skippableFrame(longest), 'zstd', maxBytes)).bytes.length, 0)
  await refuses(readingEncoded(skippableFrame(longest + 1), 'zstd', maxBytes), 'PAYLOAD_TOO_LARGE', /larger than 1049576 bytes/)
  await refuses(
    readingChunked([skippableFrame(longest + 1)], { 'Content-Encoding': 'zstd' }, maxBytes),
    'PAYLOAD_TOO_LARGE',
    /larger than 1049576 bytes/,
  )
})

test('a body that ends before its Content-Length has nobody to answer', async () => {
  await assert.rejects(
    reading((socket) => void socket.end(`${head({ 'Content-Length': 10 })}12345`)),
    RequestAborted,
  )
  await assert.rejects(
    reading((socket) => void socket.end(`${head({ 'Transfer-Encoding': 'chunked' })}5\r\n12345\r\n`)),
    RequestAborted,
  )
})

test('a Content-Length that is too short ends the body there', async () => {
  const { bytes } = await reading((socket) => void socket.write(`${head({ 'Content-Length': 2 })}[]{"more":1}`))
  assert.equal(bytes.toString(), '[]')
})

test('a sender that hangs up in the middle is known, also when nobody was reading yet', async () => {
  const arrived = Promise.withResolvers<void>()
  const outcome = Promise.withResolvers<Body>()
  await using server = await startRawServer((incoming) => {
    arrived.resolve()
    readBody(incoming, { maxBytes: 100, contentEncoding: undefined }).then(outcome.resolve, outcome.reject)
  })
  const socket = server.connect()
  socket.write(`${head({ 'Content-Length': 10 })}12345`)
  await arrived.promise
  socket.destroy()
  await assert.rejects(outcome.promise, RequestAborted)

  const late = Promise.withResolvers<Body>()
  await using lateServer = await startRawServer((incoming) => {
    incoming.once('close', () => void readBody(incoming, { maxBytes: 100, contentEncoding: undefined }).then(late.resolve, late.reject))
  })
  lateServer.connect().end(`${head({ 'Content-Length': 10 })}12345`)
  await assert.rejects(late.promise, RequestAborted)
})
