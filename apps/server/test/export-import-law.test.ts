/** The law of export and import: whatever a topic holds, an import of its export holds the same. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { contentsOf, createTopic, deleteTopic, produce, say, trim } from './export-import.ts'
import { startTestServer } from './own-api-server.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const SEED = 20_266

const text = fc.string({ unit: 'binary', maxLength: 12 }).map((string) => Buffer.from(string).toString('base64'))
const bytes = fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array).toString('base64'))
const json = fc.json({ maxDepth: 2 }).map((string) => Buffer.from(string).toString('base64'))
const content = fc.option(fc.oneof(text, bytes, json, fc.constant('')))

const record = fc.record({
  key: content,
  value: content,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 4 }), value: content }), { maxLength: 4 }),
  timestamp: fc.oneof(fc.constant(0), fc.nat(), fc.maxSafeNat()),
})

/** Produces, trims, and where the partition began: an offset may be one that needs more than 32 bits. */
const partition = fc.record({
  start: fc.oneof(fc.constant(0), fc.nat(1_000), fc.nat(2 ** 40 - 1_000)),
  produced: fc.array(fc.array(record, { minLength: 1, maxLength: 6 }), { maxLength: 3 }),
  trimmed: fc.nat(18),
})

const config = fc.record(
  {
    'retention.bytes': fc.nat(),
    'max.message.bytes': fc.integer({ min: 10_000, max: 1_000_000 }),
    'message.timestamp.type': fc.constantFrom('CreateTime', 'LogAppendTime'),
  },
  { requiredKeys: [] },
)

test('an import holds what was exported', async () => {
  await using api = await startTestServer()
  await using directory = await temporaryDirectory()
  const file = join(directory.path, 'law.zip')
  const here = { url: api.url, clock: api.clock }
  await fc.assert(
    fc.asyncProperty(fc.array(partition, { minLength: 1, maxLength: 3 }), config, async (partitions, given) => {
      const starts = partitions.map(({ start }) => start)
      await createTopic(api.url, {
        name: 'law',
        partitions: starts.length,
        config: { ...given, 'retention.ms': -1 },
        log_start_offsets: starts,
      })
      for (const [i, { start, produced, trimmed }] of partitions.entries()) {
        for (const records of produced) await produce(api.url, 'law', i, records)
        await trim(api.url, 'law', i, start + Math.min(trimmed, produced.flat().length))
      }
      const was = await contentsOf(api.url, 'law')
      await say(['export', 'law', '-o', file], here)
      api.clock.advance(1_000)
      await deleteTopic(api.url, 'law')
      await say(['import', file], here)
      assert.deepEqual(await contentsOf(api.url, 'law'), was)
      await deleteTopic(api.url, 'law')
      await rm(file)
    }),
    { seed: SEED, numRuns: 100 },
  )
})
