/** `logbrook produce < file`: fast, in order, and exact about what became of which line. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { RECORD_BYTES_MAX } from '@logbrook/kafka/limits'
import * as fc from 'fast-check'
import { lineBatches } from '../src/cli/produce/line-batches.ts'
import type { LineBatch } from '../src/cli/produce/line-batches.ts'
import { createProgress, sizeOf } from '../src/cli/progress.ts'
import { createManualClock } from '@logbrook/kafka/clock'
import { createTopic, requestJson } from './broker-requests.ts'
import { atTerminal, NO_TERMINAL, visible } from './pseudo-terminal.ts'
import { MAIN, startProcess } from './real-process.ts'
import type { RealProcess } from './real-process.ts'
import { runLogbrook } from './run-logbrook.ts'
import { temporaryDirectory } from './temporary-directory.ts'

let broker: RealProcess
let env: Record<string, string>
before(async () => {
  broker = await startProcess(['--memory'])
  env = { LOGBROOK_URL: broker.url }
})
after(() => broker[Symbol.asyncDispose]())

async function highWatermark(topic: string): Promise<number> {
  const { partitions } = (await requestJson(`${broker.url}/v1/kafka/topics/${topic}`)) as { partitions: { high_watermark: number }[] }
  return partitions.reduce((sum, { high_watermark: end }) => sum + end, 0)
}

describe('lines', () => {
  test('of a large file travel together, and arrive in their order', async () => {
    await createTopic(broker.url, 'large', 1)
    const lines = Array.from({ length: 20_000 }, (_, i) => `{"n":${i},"text":"${'x'.repeat(i % 500)}"}`)
    const said = await runLogbrook(['produce', 'large'], { env, input: `${lines.join('\n')}\n` })
    assert.equal(said.stderr, '')
    const counts = Array.from(said.stdout.matchAll(/^(\d+) records? at partition 0, offset \d+$/gm), ([, count]) => Number(count))
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      lines.length,
    )
    assert.ok(counts.length < 200, `${counts.length} requests`)
    const read = await runLogbrook(['consume', 'large', '-e'], { env })
    assert.equal(read.stdout, `${lines.join('\n')}\n`)
  })

  for (const [form, args] of [
    ['as they are', []],
    ['with a key', ['-k', 'k', '-H', 'a=1']],
  ] as const) {
    test(`${form}: one that is too large is named, and what was appended before it`, async () => {
      const topic = `small-${args.length}`
      await runLogbrook(['topics', 'create', topic, '-c', 'max.message.bytes=1000'], { env })
      const lines = Array.from({ length: 3_000 }, (_, i) => (i === 2_499 ? 'y'.repeat(2_000) : 'x'.repeat(900)))
      const { code, stderr } = await runLogbrook(['produce', topic, ...args], { env, input: lines.join('\n') })
      assert.equal(code, 1)
      const [, line, bytes, appended = '0'] =
        /^logbrook: line (\d+) is (\d+) bytes; the limit of topic small-\d \(max\.message\.bytes\) is 1000; (?:lines 1 to (\d+) are appended, nothing after them|nothing is appended)\n$/.exec(
          stderr,
        ) ?? assert.fail(stderr)
      assert.deepEqual([Number(line), Number(bytes) >= 2_000], [2_500, true])
      assert.equal(await highWatermark(topic), Number(appended))
    })
  }

  test('that were all refused are named, too', async () => {
    const { code, stdout, stderr } = await runLogbrook(['produce', 'nope'], { env, input: 'a\nb\n' })
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
    assert.match(stderr, /^logbrook: lines 1 to 2: .*nope.*; nothing is appended\n$/)
  })

  test('that come slowly are sent at once; when the broker is gone, the next one is named', async () => {
    await using mine = await startProcess(['--memory'])
    await createTopic(mine.url, 'slow', 1)
    const child = spawn(process.execPath, [MAIN, 'produce', 'slow', '--url', mine.url], { stdio: ['pipe', 'pipe', 'pipe'] })
    const ended = once(child, 'exit')
    const reports = createInterface(child.stdout)[Symbol.asyncIterator]()
    const complaints = createInterface(child.stderr)[Symbol.asyncIterator]()
    child.stdin.write('one\nand a ')
    assert.equal((await reports.next()).value, '1 record at partition 0, offset 0')
    child.stdin.write('half\n')
    assert.equal((await reports.next()).value, '1 record at partition 0, offset 1')
    mine.kill('SIGKILL')
    await mine.ending
    child.stdin.end('three\n')
    const { value: complaint } = await complaints.next()
    assert.match(
      complaint ?? '',
      /^logbrook: line 3: no Logbrook answers at .*; lines 1 to 2 are appended[,;] (?:nothing after them|whether line 3 are is not known)$/,
    )
    assert.deepEqual(await ended, [1, null])
  })
})

async function batchesOf(chunks: readonly Buffer[], maxBytes: number): Promise<readonly LineBatch[]> {
  return await allOf(lineBatches(Readable.from(chunks, { objectMode: true }), maxBytes))
}

async function allOf<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('batches of lines', () => {
  const chunked = fc.array(
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes.map((byte) => (byte % 3 === 0 ? 0x0a : byte)))),
  )

  test('law: together they are what came, each is whole lines, counted', async () => {
    await fc.assert(
      fc.asyncProperty(chunked, fc.integer({ min: 1, max: 40 }), async (chunks, maxBytes) => {
        const batches = await batchesOf(chunks, maxBytes)
        const all = Buffer.concat(chunks)
        assert.deepEqual(Buffer.concat(batches.map(({ bytes }) => bytes)), all)
        let line = 1
        for (const [i, { bytes, firstLine, lineCount }] of batches.entries()) {
          assert.equal(firstLine, line)
          const lines = bytes.toString('latin1').split('\n')
          if (lines.at(-1) === '') lines.pop()
          else assert.equal(i, batches.length - 1, 'only the last may end without')
          assert.equal(lineCount, lines.length)
          line += lineCount
        }
      }),
    )
  })
  test('a line is as long as a record may be, and no longer', async () => {
    const longest = Buffer.alloc(RECORD_BYTES_MAX, 'x')
    const [batch] = await batchesOf([Buffer.from('a\n'), longest], 10)
    assert.equal(batch?.lineCount, 1)
    await assert.rejects(batchesOf([Buffer.from('a\n'), longest, Buffer.from('x')], 10), {
      message: `line 2 is longer than ${RECORD_BYTES_MAX} bytes, which no record may be`,
    })
  })
  test('a source that fails, fails', async () => {
    const failing = new Readable({ read: () => void failing.destroy(new Error('the disk is gone')) })
    await assert.rejects(allOf(lineBatches(failing, 10)), /the disk is gone/)
  })
})

describe('a person who waits', { skip: NO_TERMINAL }, () => {
  test('sees how far it is, and at the end how it went', async () => {
    await using directory = await temporaryDirectory()
    await createTopic(broker.url, 'watched', 1)
    const file = join(directory.path, 'lines.ndjson')
    await writeFile(file, '{"n":1}\n'.repeat(5_000))
    await using terminal = atTerminal(['produce', 'watched'], { env, redirection: `< '${file}'` })
    const { code, shown } = await terminal.ending
    assert.equal(code, 0, shown)
    assert.match(visible(shown), /\r\^\[\[K {0,2}\d+ % {2}\[#*\.*\] {2}[\d,]+ records {2}[\d.]+ \w+ {2}[\d,]+ records\/s/)
    assert.match(visible(shown), /\r\^\[\[Ktopic watched: 5,000 records, 39\.1 KiB, in \d+\.\d s: [\d,]+ records\/s\n$/)
    assert.equal(await highWatermark('watched'), 5_000)
  })
  test('sees no bar where the lines are typed', async () => {
    await createTopic(broker.url, 'typed', 1)
    await using terminal = atTerminal(['produce', 'typed'], { env })
    terminal.type('hello\n')
    const shown = await terminal.shows(/1 record at partition 0, offset 0\n/)
    assert.ok(!visible(shown).includes('^['), shown)
    terminal.type('\u0004')
    assert.equal((await terminal.ending).code, 0)
  })
})

function drawn(totalBytes?: number) {
  const clock = createManualClock()
  const lines: string[] = []
  const stream = { write: (line: string) => lines.push(visible(line)) > 0, columns: 60 } as never
  return { clock, lines, progress: createProgress({ stream, clock, ...(totalBytes === undefined ? {} : { totalBytes }) }) }
}

describe('progress', () => {
  test('is drawn ten times a second, never wider than the terminal', async () => {
    const { clock, lines, progress } = drawn(2_048)
    await progress.add({ records: 1, bytes: 512 })
    clock.advance(99)
    await progress.add({ records: 499, bytes: 512 })
    clock.advance(1)
    await progress.add({ records: 500, bytes: 512 })
    assert.deepEqual(lines, [
      '\r^[[K 25 %  [######..................]  1 record  512 B  1,000 r',
      '\r^[[K 75 %  [##################......]  1,000 records  1.5 KiB  ',
    ])
    clock.advance(1_900)
    assert.equal(await progress.end(), '1,000 records, 1.5 KiB, in 2.0 s: 500 records/s')
    assert.equal(lines.at(-1), '\r^[[K')
  })
  test('of what has no known end has no bar', async () => {
    const { lines, progress } = drawn()
    await progress.add({ records: 2, bytes: 3 })
    assert.deepEqual(lines, ['\r^[[K2 records  3 B  2,000 records/s'])
  })
  test('sizes', () => {
    assert.deepEqual([0, 1, 1_023, 1_024, 1_536, 2 ** 20, 2 ** 50].map(sizeOf), [
      '0 B',
      '1 B',
      '1023 B',
      '1.0 KiB',
      '1.5 KiB',
      '1.0 MiB',
      '1024.0 TiB',
    ])
  })
})
