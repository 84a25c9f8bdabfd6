/** How records are cut into parts and batches, and what holds at the limits of an archive. */
import assert from 'node:assert/strict'
import { open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ARCHIVE_BYTES_MAX, ARCHIVE_ENTRIES_MAX, ARCHIVE_PART_BYTES_MAX, RECORD_BYTES_MAX } from '@logbrook/kafka/limits'
import type { FetchedRecord } from '@logbrook/contract/record'
import { unzipSync } from 'fflate'
import { ArchiveError } from '../src/cli/archive/archive-error.ts'
import { encodeLine } from '../src/cli/archive/archived-record.ts'
import { openZip } from '../src/cli/archive/zip-reader.ts'
import { ZipWriter } from '../src/cli/archive/zip-writer.ts'
import type { ZipWriterOptions } from '../src/cli/archive/zip-writer.ts'
import { PartWriter } from '../src/cli/export/part-writer.ts'
import { base64, createTopic, deleteTopic, say } from './export-import.ts'
import { startTestServer } from './own-api-server.ts'
import { temporaryDirectory } from './temporary-directory.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
before(async () => void (directory = await temporaryDirectory()))
after(() => directory[Symbol.asyncDispose]())

let files = 0

/** Writes a zip by `write` and answers its bytes. */
async function zipped(write: (zip: ZipWriter) => Promise<void>, options: Partial<ZipWriterOptions> = {}): Promise<Buffer> {
  const path = join(directory.path, `${files++}.zip`)
  await using file = await open(path, 'wx')
  const zip = new ZipWriter({ file, timestampMs: 0, ...options })
  await write(zip)
  await zip.end()
  return await readFile(path)
}

async function writeEntries(zip: ZipWriter, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const entry = zip.begin(name)
    await entry.write(Buffer.from(name))
    await entry.end()
  }
}

describe('a zip', () => {
  test('keeps its names and bytes, large and small', async () => {
    const large = Buffer.alloc(3_000_000, 'large ')
    const bytes = await zipped(async (zip) => {
      const entry = zip.begin('large')
      for (let at = 0; at < large.length; at += 250_000) await entry.write(large.subarray(at, at + 250_000))
      await entry.end()
      assert.equal(entry.bytes, large.length)
      await writeEntries(zip, ['a', 'ü'])
    })
    assert.deepEqual(unzipSync(bytes), { large: new Uint8Array(large), a: new Uint8Array([0x61]), ü: new Uint8Array(Buffer.from('ü')) })
  })

  test(`is at most ${ARCHIVE_BYTES_MAX} bytes, its directory included: one more is refused before it is written`, async () => {
    const names = ['one', 'two', 'three']
    const { length } = await zipped((zip) => writeEntries(zip, names))
    const whole = await zipped((zip) => writeEntries(zip, names), { maxBytes: length })
    assert.equal(whole.length, length)
    await assert.rejects(
      zipped((zip) => writeEntries(zip, names), { maxBytes: length - 1 }),
      (thrown) => thrown instanceof ArchiveError && thrown.message.startsWith(`the archive would be larger than ${length - 1} bytes`),
    )
    // A place or a size that needs more than 32 bits would be cut off.
    assert.equal(ARCHIVE_BYTES_MAX, 0xffff_ffff)
  })

  test(`has at most ${ARCHIVE_ENTRIES_MAX} entries, written and read`, async () => {
    const names = ['one', 'two', 'three']
    await assert.rejects(
      zipped((zip) => writeEntries(zip, names), { maxEntries: 2 }),
      /the archive would hold more than 2 entries, which is the limit/,
    )
    const path = join(directory.path, `${files++}.zip`)
    await writeFile(path, await zipped((zip) => writeEntries(zip, names), { maxEntries: 3 }))
    await using archive = await openZip(path, { maxEntries: 3 })
    assert.deepEqual([...archive.entries.keys()], names)
    await assert.rejects(openZip(path, { maxEntries: 2 }), /it holds more than 2 entries, which is the limit/)
    assert.equal(ARCHIVE_ENTRIES_MAX, 0xffff)
  })
})

const record = (offset: number, value: string): FetchedRecord => ({ offset, timestamp: 0, key: null, value: base64(value), headers: [] })

describe('parts', () => {
  test('end before they would be too large, and begin with their first offset', async () => {
    const records = Array.from({ length: 7 }, (_, i) => record(5 + i, 'x'.repeat(20)))
    const lineBytes = encodeLine(records[0]!).length
    // All lines are of one length but those of two digits.
    const lengths = records.map((of) => encodeLine(of).length)
    assert.deepEqual([lengths[4], lengths[5]], [lineBytes, lineBytes + 1])
    const maxBytes = 3 * lineBytes
    let parts: Awaited<ReturnType<PartWriter['end']>> = []
    const bytes = await zipped(async (zip) => {
      const writer = new PartWriter({ zip, topic: 'logs', partition: 2, maxBytes })
      await writer.write(records.slice(0, 4))
      await writer.write(records.slice(4))
      parts = await writer.end()
    })
    assert.deepEqual(
      parts.map(({ base_offset, record_count, bytes: size }) => [base_offset, record_count, size]),
      [
        [5, 3, 3 * lineBytes],
        [8, 2, 2 * lineBytes],
        [10, 2, 2 * lineBytes + 2],
      ],
    )
    const names = ['05', '08', '10'].map((digits) => `topics/logs/2/${digits.padStart(20, '0')}.ndjson`)
    assert.deepEqual(
      parts.map(({ entry }) => entry),
      names,
    )
    assert.deepEqual(
      names.map((name) => Buffer.from(unzipSync(bytes)[name]!).toString('utf8')).join(''),
      records.map((of) => encodeLine(of).toString('utf8')).join(''),
    )
  })
})

describe('the largest record', () => {
  test('comes back, though every character of it is escaped', async () => {
    await using api = await startTestServer()
    const here = { url: api.url, clock: api.clock }
    await createTopic(api.url, { name: 'large', config: { 'max.message.bytes': RECORD_BYTES_MAX } })
    await fetch(`${api.url}/v1/kafka/topics/large/records`, { method: 'POST', body: Buffer.alloc(RECORD_BYTES_MAX, '"') })
    const stored = async () => await (await fetch(`${api.url}/v1/kafka/topics/large/partitions/0/records/0`)).text()
    const was = await stored()
    const file = join(directory.path, `${files++}.zip`)
    await say(['export', 'large', '-o', file], here)
    await deleteTopic(api.url, 'large')
    await say(['import', file], here)
    assert.ok(was === (await stored()))
  })

  const spellings: readonly (readonly [what: string, bytes: Buffer, times: number])[] = [
    ['quotes, which take two bytes each', Buffer.alloc(RECORD_BYTES_MAX, '"'), 2],
    ['zeros, which are no text', Buffer.alloc(RECORD_BYTES_MAX), 4 / 3],
    ['letters of two bytes', Buffer.alloc(RECORD_BYTES_MAX, 'ü'), 1],
  ]
  for (const [what, bytes, times] of spellings) {
    test(`makes a line within the limit: ${what}`, () => {
      const line = encodeLine({ offset: 0, timestamp: 0, key: null, value: bytes.toString('base64'), headers: [] })
      assert.equal(Math.round(line.length / 2 ** 20), Math.round((times * RECORD_BYTES_MAX) / 2 ** 20))
      assert.ok(line.length < ARCHIVE_PART_BYTES_MAX)
    })
  }
})

test('an archive that is read is left open by nobody', async () => {
  const path = join(directory.path, `${files++}.zip`)
  const file = await open(path, 'wx')
  const zip = new ZipWriter({ file, timestampMs: 0 })
  await writeEntries(zip, ['a', 'b'])
  await zip.end()
  await file.close()
  const archive = await openZip(path)
  // A reader that leaves early.
  for await (const _ of archive.read('b')) break
  await archive[Symbol.asyncDispose]()
})
