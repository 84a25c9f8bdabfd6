/** What `logbrook import` does with an archive that is not right: one sentence that names the entry or the key, and nothing is applied. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { ARCHIVE_MANIFEST_BYTES_MAX, ARCHIVE_PART_BYTES_MAX, OFFSETS_PER_PARTITION_MAX, RECORD_HEADERS_MAX } from '@logbrook/kafka/limits'
import fc from 'fast-check'
import { strToU8, zipSync } from 'fflate'
import {
  base64,
  command,
  contentsOf,
  createTopic,
  deleteTopic,
  entriesOf,
  manifestOf,
  produce,
  refusal,
  say,
  stateOf,
  trim,
  withManifest,
  writeZip,
} from './export-import.ts'
import type { Entries } from './export-import.ts'
import { startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const SEED = 20_265

let api: TestServer
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
/** A good archive, as bytes and as its entries, and the topic that it is of. */
let archive: Buffer
let entries: Entries
let contents: object
let file = ''
const here = () => ({ url: api.url, clock: api.clock })

before(async () => {
  api = await startTestServer()
  directory = await temporaryDirectory()
  file = join(directory.path, 'logs.zip')
  await createTopic(api.url, { name: 'logs', partitions: 2 })
  await produce(api.url, 'logs', 0, [{ value: base64('a') }, { key: base64('k'), value: base64('b') }, { value: null }])
  await produce(api.url, 'logs', 1, [{ value: base64('c') }, { value: '/w==' }])
  await trim(api.url, 'logs', 1, 1)
  contents = await contentsOf(api.url, 'logs')
  await say(['export', 'logs', '-o', file], here())
  archive = await readFile(file)
  entries = await entriesOf(file)
  await deleteTopic(api.url, 'logs')
  await createTopic(api.url, { name: 'bystander' })
})
after(async () => {
  await api.close()
  await directory[Symbol.asyncDispose]()
})

const FIRST = 'topics/logs/0/00000000000000000000.ndjson'
const SECOND = 'topics/logs/1/00000000000000000001.ndjson'

/** Imports what was written into `file`, and makes sure that it was refused and left no trace. */
async function assertRefused(sentence: RegExp): Promise<void> {
  const was = await stateOf(api.url)
  const said = await refusal(['import', file], here())
  assert.match(said, /^logbrook: [^\n]+\n$/)
  assert.ok(said.includes(file), said)
  assert.match(said.replaceAll(file, 'logs.zip'), sentence)
  assert.deepEqual(await stateOf(api.url), was)
}

test('the archive that the others are made from is good', async () => {
  await writeFile(file, archive)
  await say(['import', file], here())
  assert.deepEqual(await contentsOf(api.url, 'logs'), contents)
  await deleteTopic(api.url, 'logs')
})

test('the example in the document is an archive', async () => {
  const text = await readFile(join(import.meta.dirname, '../../../docs/archive-format.md'), 'utf8')
  const [, line = ''] = /^```\n(\{.*\n)```$/m.exec(text) ?? []
  const [, manifest = ''] = /^```json\n([^`]*)```$/m.exec(text) ?? []
  await writeZip(file, { [FIRST]: strToU8(line), 'manifest.json': strToU8(manifest) })
  assert.equal((await command(['import', file], here())).stdout, 'imported topic logs: 1 record, at the offsets that they had\n')
  const exported = join(directory.path, 'example.zip')
  await say(['export', 'logs', '-o', exported], here())
  assert.deepEqual(manifestOf(await entriesOf(exported)).topics, (JSON.parse(manifest) as { topics: unknown }).topics)
  await deleteTopic(api.url, 'logs')
})

describe('a file that is no archive', () => {
  const others: readonly (readonly [what: string, bytes: () => Uint8Array, sentence: RegExp])[] = [
    ['empty', () => new Uint8Array(), /logs\.zip is not a whole zip archive/],
    ['text', () => strToU8('hello'), /logs\.zip is not a whole zip archive/],
    [
      'a zip of something else',
      () => zipSync({ 'a.txt': strToU8('a') }),
      /logs\.zip is no archive of Logbrook: it holds no manifest\.json/,
    ],
    ['an empty zip', () => zipSync({}), /it holds no manifest\.json/],
    ['an archive in a folder', () => zipSync({ folder: entries }), /it holds no manifest\.json/],
    ['an archive with something behind it', () => Buffer.concat([archive, Buffer.from('x')]), /not a whole zip archive/],
  ]
  for (const [what, bytes, sentence] of others) {
    test(what, async () => {
      await writeFile(file, bytes())
      await assertRefused(sentence)
    })
  }

  test('a file that is not there, and a folder', async () => {
    assert.match(await refusal(['import', join(directory.path, 'nowhere.zip')], here()), /could not read .*nowhere\.zip: ENOENT/)
    assert.match(await refusal(['import', directory.path], here()), /could not read .*EISDIR/)
  })
})

describe('an archive that was cut short', () => {
  test('anywhere', async () => {
    const was = await stateOf(api.url)
    for (let length = 0; length < archive.length; length++) {
      await writeFile(file, archive.subarray(0, length))
      assert.match(await refusal(['import', file], here()), /is not a whole zip archive/, `${length} of ${archive.length} bytes`)
    }
    assert.deepEqual(await stateOf(api.url), was)
  })

  test('or of which a byte is another is refused, or imported as it was', async () => {
    const was = await stateOf(api.url)
    const outcomes = { refused: 0, imported: 0 }
    await fc.assert(
      fc.asyncProperty(fc.nat(archive.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Buffer.from(archive)
        damaged[at]! ^= flip
        await writeFile(file, damaged)
        const { code, stderr } = await command(['import', file], here())
        if (code === 0) {
          outcomes.imported++
          assert.deepEqual(await contentsOf(api.url, 'logs'), contents)
          await deleteTopic(api.url, 'logs')
        } else {
          outcomes.refused++
          assert.ok(stderr.startsWith(`logbrook: ${file}`), stderr)
        }
        assert.deepEqual(await stateOf(api.url), was)
      }),
      { seed: SEED, numRuns: 250 },
    )
    assert.ok(outcomes.refused > outcomes.imported && outcomes.imported > 0, JSON.stringify(outcomes))
  })
})

describe('entries', () => {
  const foreign = ['../x', 'topics/../../x', '/etc/x', 'C:/x', 'C:\\x', 'a\\b', '..\\x', 'x\0y']
  for (const name of foreign) {
    test(`named ${JSON.stringify(name)} are refused`, async () => {
      await writeZip(file, { ...entries, [name]: strToU8('x') })
      await assertRefused(/^logbrook: logs\.zip: the name of entry ".*" leads out of the archive$/m)
    })
  }

  test('that a manifest names outside are refused too', async () => {
    await writeZip(file, { ...withManifest(entries, 'topics.0.partitions.0.parts.0.entry', '../x'), '../x': entries[FIRST]! })
    await assertRefused(/the name of entry "\.\.\/x" leads out of the archive/)
  })

  test('that are there twice are refused', async () => {
    const twin = FIRST.replace('000.', '00x.')
    await writeZip(file, { ...entries, [twin]: strToU8('x') })
    const bytes = await readFile(file)
    await writeFile(file, Buffer.from(bytes.toString('latin1').replaceAll(twin, FIRST), 'latin1'))
    await assertRefused(/logs\.zip: it holds the entry "topics\/logs\/0\/0+\.ndjson" twice/)
  })

  test('that are missing are named', async () => {
    const { [SECOND]: _, ...rest } = entries
    await writeZip(file, rest)
    await assertRefused(/entry "topics\/logs\/1\/0+1\.ndjson" is missing; the manifest names it/)
  })

  test('that nobody names are refused', async () => {
    await writeZip(file, { ...entries, 'notes.txt': strToU8('x') })
    await assertRefused(/entry "notes\.txt" is not named by the manifest/)
  })

  test('may be folders', async () => {
    await writeZip(file, { 'topics/': new Uint8Array(), 'topics/logs/': new Uint8Array(), ...entries })
    await say(['import', file], here())
    assert.deepEqual(await contentsOf(api.url, 'logs'), contents)
    await deleteTopic(api.url, 'logs')
  })

  test('with other bytes than the manifest says are refused', async () => {
    const other = Buffer.from(entries[FIRST]!)
    other[other.indexOf('"a"') + 1] = 'z'.charCodeAt(0)
    await writeZip(file, { ...entries, [FIRST]: other })
    await assertRefused(/entry "topics\/logs\/0\/0+\.ndjson" is damaged: its CRC-32 is [0-9a-f]{8} and should be [0-9a-f]{8}/)
    await writeZip(file, { ...entries, [FIRST]: other.subarray(1) })
    await assertRefused(/entry "topics\/logs\/0\/0+\.ndjson" is \d+ bytes; the manifest says \d+/)
  })

  test('whose bytes are not those of their heads are refused', async () => {
    const stored = Buffer.from(zipSync(entries, { level: 0 }))
    stored[stored.indexOf('"value":"a"') + 9] = 'z'.charCodeAt(0)
    await writeFile(file, stored)
    await assertRefused(/entry "topics\/logs\/0\/0+\.ndjson" is damaged: its CRC-32 is/)
  })

  test('that inflate to more than their heads say are refused', async () => {
    const lines = Buffer.concat([entries[FIRST]!, Buffer.alloc(1_000_000, ' ')])
    const bytes = Buffer.from(zipSync({ ...entries, [FIRST]: lines }))
    const longer = Buffer.alloc(4)
    longer.writeUInt32LE(lines.length)
    const honest = Buffer.alloc(4)
    honest.writeUInt32LE(entries[FIRST]!.length)
    const sum = Buffer.alloc(4)
    sum.writeUInt32LE(crc32(lines))
    const honestSum = Buffer.alloc(4)
    honestSum.writeUInt32LE(crc32(entries[FIRST]!))
    const text = bytes.toString('latin1').replaceAll(longer.toString('latin1'), honest.toString('latin1'))
    await writeFile(file, Buffer.from(text.replaceAll(sum.toString('latin1'), honestSum.toString('latin1')), 'latin1'))
    await assertRefused(/entry "topics\/logs\/0\/0+\.ndjson" is damaged: too many bytes in the stream/)
  })

  test('that are encrypted, or compressed in another way, are refused', async () => {
    const directoryAt = archive.indexOf('PK\u0001\u0002')
    const encrypted = Buffer.from(archive)
    encrypted[directoryAt + 8]! |= 1
    const bzipped = Buffer.from(archive)
    bzipped[directoryAt + 10] = 12
    for (const bytes of [encrypted, bzipped]) {
      await writeFile(file, bytes)
      await assertRefused(/entry "topics\/logs\/0\/0+\.ndjson" is encrypted, or compressed by something else than deflate/)
    }
  })
})

describe('the manifest', () => {
  const config = { 'retention.ms': 1 }
  const part = { base_offset: 3, record_count: 1, bytes: 1, crc32: '00000000' }
  const wrong: readonly (readonly [path: string, value: unknown, sentence: RegExp])[] = [
    ['version', 2, /version is 2; this Logbrook reads version 1/],
    ['version', '1', /version is "1"; this Logbrook reads version 1/],
    ['format', 'other', /format is "other"; it must be "logbrook-archive"/],
    ['format', undefined, /format is undefined; it must be "logbrook-archive"/],
    ['compression', 'none', /unknown field "compression"; there are format, version, /],
    ['topics', {}, /topics: expected array, received object/],
    ['exported_at', -1, /exported_at: Too small/],
    ['topics.0.retention', 1, /topics\[0\]: unknown field "retention"/],
    ['topics.0.name', 'a/b', /topics\[0\]\.name: topic name "a\/b" holds characters/],
    ['topics.0.name', '..', /topics\[0\]\.name: topic name "\.\." is not allowed/],
    [
      'topics.0.config',
      { ...config, 'retention.hours': 1 },
      /topics\[0\]\.config: unknown topic configuration key "retention\.hours"; did/,
    ],
    ['topics.0.config', { ...config, 'max.message.bytes': 0 }, /topics\[0\]\.config: max\.message\.bytes is 0; it must be/],
    ['topics.0.partitions', [], /topics\[0\]\.partitions: Too small/],
    ['topics.0.partitions.1.partition', 0, /topics\[0\]\.partitions\[1\]\.partition is 0; it must be 1/],
    ['topics.0.partitions.0.log_start_offset', 1, /topics\[0\]\.partitions\[0\]\.parts\[0\]\.base_offset is 0; it must be 1/],
    ['topics.0.partitions.0.log_start_offset', 0.5, /topics\[0\]\.partitions\[0\]\.log_start_offset: expected int/],
    ['topics.0.partitions.0.high_watermark', 9, /topics\[0\]\.partitions\[0\]\.high_watermark is 9; its records end at 3/],
    ['topics.0.partitions.0.high_watermark', OFFSETS_PER_PARTITION_MAX + 1, /high_watermark is 1099511627777; the limit is 1099511627776/],
    ['topics.0.partitions.0.parts.0.base_offset', 1, /topics\[0\]\.partitions\[0\]\.parts\[0\]\.base_offset is 1; it must be 0/],
    ['topics.0.partitions.0.parts.0.record_count', 0, /parts\[0\]\.record_count: Too small/],
    ['topics.0.partitions.0.parts.0.record_count', 4, /high_watermark is 3; its records end at 4/],
    ['topics.0.partitions.0.parts.0.bytes', 1, /entry "topics\/logs\/0\/0+\.ndjson" is \d+ bytes; the manifest says 1/],
    ['topics.0.partitions.0.parts.0.bytes', ARCHIVE_PART_BYTES_MAX, /entry .* the manifest says 268435456/],
    ['topics.0.partitions.0.parts.0.bytes', ARCHIVE_PART_BYTES_MAX + 1, /parts\[0\]\.bytes is 268435457; the limit is 268435456/],
    ['topics.0.partitions.0.parts.0.crc32', '00000000', /its CRC-32 is [0-9a-f]{8} and should be 00000000/],
    ['topics.0.partitions.0.parts.0.crc32', 'ABCDEF01', /parts\[0\]\.crc32: expected 8 hexadecimal digits, in lower case/],
    ['topics.0.partitions.0.parts.0.entry', 'nowhere', /entry "nowhere" is missing/],
    ['topics.0.partitions.0.parts.0.entry', 'manifest.json', /parts\[0\]\.entry: "manifest\.json" is named twice/],
    ['topics.0.partitions.0.parts.0.sha256', '', /parts\[0\]: unknown field "sha256"/],
    ['topics.0.partitions.0.parts.1', { ...part, entry: SECOND, base_offset: 2 }, /parts\[1\]\.base_offset is 2; it must be 3/],
    ['topics.0.partitions.0.parts.1', { ...part, entry: FIRST }, /parts\[1\]\.entry: "topics\/logs\/0\/0+\.ndjson" is named twice/],
  ]
  for (const [path, value, sentence] of wrong) {
    test(`with ${path} ${JSON.stringify(value) ?? 'left out'} is refused`, async () => {
      await writeZip(file, withManifest(entries, path, value))
      await assertRefused(sentence)
    })
  }

  test('with a topic named twice is refused', async () => {
    const [topic] = manifestOf(entries).topics
    const empty = { ...topic, partitions: [{ partition: 0, log_start_offset: 0, high_watermark: 0, parts: [] }] }
    await writeZip(file, withManifest(entries, 'topics.1', empty))
    await assertRefused(/manifest\.json: topics\[1\]\.name: "logs" is named twice/)
  })

  const texts: readonly (readonly [what: string, bytes: Uint8Array, sentence: RegExp])[] = [
    ['nothing', new Uint8Array(), /manifest\.json: Unexpected end of JSON input/],
    ['no JSON', strToU8('{'), /manifest\.json: .*JSON/],
    ['no object', strToU8('[]'), /manifest\.json: format is undefined/],
    ['null', strToU8('null'), /manifest\.json: format is undefined/],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), /manifest\.json: it is not UTF-8/],
  ]
  for (const [what, bytes, sentence] of texts) {
    test(`that holds ${what} is refused`, async () => {
      await writeZip(file, { ...entries, 'manifest.json': bytes })
      await assertRefused(sentence)
    })
  }

  test('of the largest size is read, and one byte more is refused', async () => {
    const manifest = Buffer.alloc(ARCHIVE_MANIFEST_BYTES_MAX, ' ')
    manifest.set(entries['manifest.json']!)
    await writeZip(file, { ...entries, 'manifest.json': manifest })
    await say(['import', file], here())
    await deleteTopic(api.url, 'logs')
    await writeZip(file, { ...entries, 'manifest.json': Buffer.concat([manifest, Buffer.from(' ')]) })
    await assertRefused(/manifest\.json is 16777217 bytes; the limit is 16777216/)
  })
})

/** The archive with these lines as its first part, and a manifest to match: what is wrong is to be found in the lines. */
function withLines(lines: readonly (string | Uint8Array)[]): Entries {
  const bytes = Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line), Buffer.from('\n')])))
  const changes: readonly (readonly [key: string, value: unknown])[] = [
    ['bytes', bytes.length],
    ['crc32', crc32(bytes).toString(16).padStart(8, '0')],
  ]
  return changes.reduce<Entries>((changed, [key, value]) => withManifest(changed, `topics.0.partitions.0.parts.0.${key}`, value), {
    ...entries,
    [FIRST]: bytes,
  })
}

const line = (offset: number, fields: object = {}) =>
  JSON.stringify({ offset, timestamp: 1, key: null, value: 'v', headers: [], ...fields })

describe('lines', () => {
  const good = [line(0), line(1), line(2)] as const
  const headers = Array.from({ length: RECORD_HEADERS_MAX + 1 }, () => ({ key: 'h', value: null }))

  test('that are right are taken, also without the last newline and with carriage returns', async () => {
    const written = withLines([
      `${line(0, { value: undefined, value_base64: 'dg==' })}\r`,
      ` ${line(1, { headers: headers.slice(1) })}`,
      line(2),
    ])
    const whole = written[FIRST]!
    const cut = whole.subarray(0, -1)
    const shorter = withManifest({ ...written, [FIRST]: cut }, 'topics.0.partitions.0.parts.0.bytes', cut.length)
    const sum = crc32(cut).toString(16).padStart(8, '0')
    await writeZip(file, withManifest(shorter, 'topics.0.partitions.0.parts.0.crc32', sum))
    const { code, stderr } = await command(['import', file], here())
    assert.equal(code, 0, stderr)
    await deleteTopic(api.url, 'logs')
  })

  const wrong: readonly (readonly [what: string, lines: readonly (string | Uint8Array)[], sentence: RegExp])[] = [
    ['is no JSON', [good[0], '{"offset":', good[2]], /line 2: .*JSON/],
    ['is empty', [good[0], good[1], ''], /line 3: Unexpected end of JSON input/],
    ['is no object', ['7', good[1], good[2]], /line 1: expected object, received number/],
    ['is not UTF-8', [good[0], Uint8Array.of(0x22, 0xff, 0x22), good[2]], /line 2: it is not UTF-8/],
    ['is one too few', [good[0], good[1]], /holds 2 records; the manifest says 3/],
    ['is one too many', [...good, line(3)], /holds 4 records; the manifest says 3/],
    ['is out of order', [good[0], good[2], good[1]], /line 2: offset is 2; it must be 1/],
    ['has no offset', [line(0, { offset: undefined }), good[1], good[2]], /line 1: offset: expected number, received undefined/],
    ['has a fraction for an offset', [line(0.5), good[1], good[2]], /line 1: offset: expected int/],
    ['has a time before 1970', [line(0, { timestamp: -1 }), good[1], good[2]], /line 1: timestamp: Too small/],
    ['has a field that nobody knows', [line(0, { Key: '' }), good[1], good[2]], /line 1: unknown field "Key"; did you mean key\?/],
    ['has no key', [line(0, { key: undefined }), good[1], good[2]], /line 1: it has to hold one of key and key_base64/],
    ['has two values', [line(0, { value_base64: 'dg==' }), good[1], good[2]], /line 1: it has to hold one of value and value_base64/],
    ['has base64 without padding', [line(0, { key: undefined, key_base64: 'YQ' }), good[1], good[2]], /line 1: key_base64 is not standard/],
    ['has half a surrogate pair', [line(0, { value: '\ud800' }), good[1], good[2]], /line 1: value: holds half of a surrogate pair/],
    [
      'has a header without a value',
      [line(0, { headers: [{ key: 'h' }] }), good[1], good[2]],
      /line 1: it has to hold one of headers\[0\]\.value/,
    ],
    ['has too many headers', [line(0, { headers }), good[1], good[2]], /line 1: headers: a record has at most 1000 headers/],
  ]
  for (const [what, lines, sentence] of wrong) {
    test(`of which one ${what} are refused`, async () => {
      await writeZip(file, withLines(lines))
      await assertRefused(new RegExp(`entry "topics/logs/0/0+\\.ndjson",? ${sentence.source}`))
    })
  }
})
