import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Logbrook, WaitError } from '../../src/testing/testing.ts'
import type { RecordInput } from '../../src/testing/testing.ts'

const NOW_MS = 1_700_000_000_000

async function create(partitions = 1): Promise<Logbrook> {
  return await Logbrook.create({ topics: { logs: { partitions } }, clock: 'manual', now: NOW_MS })
}

describe('records that a test produces', () => {
  it('are text, bytes, JSON, or records with all their fields', async () => {
    await using broker = await create()
    const logs = broker.topic('logs')
    const produced = await logs.produce([
      'text',
      Buffer.from('bytes'),
      { value: { message: 'json' } },
      { value: [1, 2] },
      { value: null },
      { key: 'k', value: 'v', headers: { h: 'x', n: null }, timestampMs: 5 },
      {
        headers: [
          { key: 'twice', value: '1' },
          { key: 'twice', value: Buffer.from('2') },
        ],
      },
    ])
    assert.deepEqual(produced, { partition: 0, baseOffset: 0 })
    const plain = { partition: 0, timestampMs: NOW_MS, key: null, headers: [] }
    assert.deepEqual(await logs.records(), [
      { ...plain, offset: 0, value: 'text' },
      { ...plain, offset: 1, value: 'bytes' },
      { ...plain, offset: 2, value: '{"message":"json"}' },
      { ...plain, offset: 3, value: '[1,2]' },
      { ...plain, offset: 4, value: null },
      {
        partition: 0,
        offset: 5,
        timestampMs: 5,
        key: 'k',
        value: 'v',
        headers: [
          { key: 'h', value: 'x' },
          { key: 'n', value: null },
        ],
      },
      {
        ...plain,
        offset: 6,
        value: null,
        headers: [
          { key: 'twice', value: '1' },
          { key: 'twice', value: '2' },
        ],
      },
    ])
  })

  it('are what clients read', async () => {
    await using broker = await create()
    await broker.topic('logs').produce([{ key: 'k', value: 'v' }])
    const record = await broker.anonymous.record({ topic: 'logs', partition: 0, offset: 0 })
    assert.deepEqual(record, { offset: 0, timestamp: NOW_MS, key: 'aw==', value: 'dg==', headers: [] })
  })

  it('go to the partition that is named, or all to one of them', async () => {
    await using broker = await create(3)
    const logs = broker.topic('logs')
    assert.deepEqual(await logs.produce(['a', 'b'], { partition: 2 }), { partition: 2, baseOffset: 0 })
    assert.deepEqual(await logs.produce(['c'], { partition: 2 }), { partition: 2, baseOffset: 2 })
    const { partition } = await logs.produce(['d', 'e'])
    assert.equal((await logs.records({ partition, from: partition === 2 ? 3 : 0 })).length, 2)
    assert.deepEqual(await logs.produce([], { partition: 1 }), { partition: 1, baseOffset: null })
  })

  const wrong: readonly (readonly [name: string, record: unknown, message: RegExp])[] = [
    [
      'JSON that is not in its value',
      { message: 'hello' },
      /^records\[1\]: a record has no message, but key, value, .*; what is JSON goes into value, as \{ value: \{ … \} \}$/,
    ],
    ['a number', 7, /^records\[1\]: /],
    ['a key that is a number', { key: 7 }, /^records\[1\]: key: expected string or Uint8Array, received number$/],
    ['headers that are none', { headers: 7 }, /^records\[1\]: headers: expected array or object, received number$/],
    ['a header without a value', { headers: [{ key: 'a' }] }, /^records\[1\]: headers\[0\]\.value: expected string or Uint8Array/],
    ['a value that has no JSON', { value: () => 1 }, /^records\[1\]: value: a function has no JSON$/],
    ['a value that JSON cannot say', { value: 1n }, /^records\[1\]: value: it has no JSON: .*BigInt/],
    ['a time before 1970', { timestampMs: -1 }, /^records\[1\]: timestampMs: /],
  ]
  for (const [name, record, message] of wrong) {
    it(`are refused all together, naming the one that is wrong: ${name}`, async () => {
      await using broker = await create()
      await assert.rejects(broker.topic('logs').produce(['fine', record as RecordInput]), { message })
      assert.deepEqual(await broker.topic('logs').records(), [])
    })
  }

  it('are refused where there is no such topic or partition, or they are too large', async () => {
    await using broker = await create()
    await assert.rejects(broker.topic('nowhere').produce(['x']), { message: 'there is no topic "nowhere"' })
    await assert.rejects(broker.topic('logs').produce(['x'], { partition: 1 }), { message: 'topic logs has no partition 1; it has 1' })
    await assert.rejects(broker.topic('logs').produce(['x'], { partition: -1 }), { message: 'partition: -1 is no whole number from 0 on' })
    await assert.rejects(broker.topic('logs').produce(['x'], { partitoin: 0 } as never), {
      message: /^unknown field "partitoin"; did you mean/,
    })
    await broker.anonymous.topics.alter('logs', { config: { 'max.message.bytes': 3 } })
    await assert.rejects(broker.topic('logs').produce(['1234']), { message: /^record 0 is 4 bytes; the limit of topic logs/ })
  })
})

describe('records that a test reads', () => {
  const wrong: readonly (readonly [options: unknown, message: string])[] = [
    [{ form: 1 }, 'unknown field "form"; did you mean from?'],
    [{ as: 'xml' }, 'as: Invalid option: expected one of "text"|"json"|"bytes"'],
    [null, 'expected object, received null'],
  ]
  for (const [options, message] of wrong) {
    it(`are not read, and not waited for, by what is no option: ${message}`, async () => {
      await using broker = await create()
      await assert.rejects(broker.topic('logs').records(options as never), { error: 'INVALID_REQUEST', message })
      const waited = options === null ? options : { ...Object(options), count: 1 }
      await assert.rejects(broker.topic('logs').waitFor(waited as never), { error: 'INVALID_REQUEST', message })
    })
  }

  it('are not waited for by a condition that is no function', async () => {
    await using broker = await create()
    await assert.rejects(broker.topic('logs').waitFor({ where: 'x' as never }), { message: /^where: expected a function/ })
    await assert.rejects(broker.topic('logs').waitFor({ count: 1, wihtin: 5 } as never), {
      message: 'unknown field "wihtin"; did you mean within?',
    })
  })

  it('come by partition and offset, from where it says', async () => {
    await using broker = await create(2)
    const logs = broker.topic('logs')
    await logs.produce(['b0', 'b1', 'b2'], { partition: 1 })
    await logs.produce(['a0', 'a1'], { partition: 0 })
    const values = async (...options: Parameters<typeof logs.records>) => (await logs.records(...options)).map(({ value }) => value)
    assert.deepEqual(await values(), ['a0', 'a1', 'b0', 'b1', 'b2'])
    assert.deepEqual(await values({ partition: 1 }), ['b0', 'b1', 'b2'])
    assert.deepEqual(await values({ from: 1 }), ['a1', 'b1', 'b2'])
    assert.deepEqual(await values({ partition: 1, from: 3 }), [])
    assert.deepEqual(await values({ partition: 1, from: 99 }), [])
    await broker.anonymous.topics.trim('logs', 1, 2)
    assert.deepEqual(await values({ partition: 1 }), ['b2'])
  })

  it('are text, JSON or bytes, as it says, and never something else', async () => {
    await using broker = await create()
    const logs = broker.topic('logs')
    await logs.produce([{ key: 'k', value: { a: 1 }, headers: { h: 'x' } }])
    const [json] = await logs.records({ as: 'json' })
    assert.deepEqual([json?.key, json?.value], ['k', { a: 1 }])
    const [bytes] = await logs.records({ as: 'bytes' })
    assert.deepEqual(
      [bytes?.key, bytes?.value, bytes?.headers],
      [Buffer.from('k'), Buffer.from('{"a":1}'), [{ key: 'h', value: Buffer.from('x') }]],
    )
    await logs.produce([Buffer.from([0xff])])
    await assert.rejects(logs.records(), { message: "the value of the record at partition 0, offset 1 is not UTF-8; as: 'bytes' reads it" })
    await logs.produce(['no json'])
    await assert.rejects(logs.records({ as: 'json', from: 2 }), {
      message: 'the value of the record at partition 0, offset 2 is not JSON: "no json"',
    })
  })
})

describe('waiting for records', () => {
  it('answers at once what is there', async () => {
    await using broker = await create(2)
    const logs = broker.topic('logs')
    await logs.produce(['a', 'b'], { partition: 0 })
    await logs.produce(['c'], { partition: 1 })
    assert.deepEqual(
      (await logs.waitFor({ count: 3, within: 0 })).map(({ value }) => value),
      ['a', 'b', 'c'],
    )
    assert.equal((await logs.waitFor({ where: ({ value }) => value === 'c', within: 0 })).length, 1)
    assert.equal((await logs.waitFor({ offset: 1, partition: 0, within: 0 }))[0]?.value, 'b')
    assert.deepEqual(await logs.waitFor({ count: 0, from: 9, within: 0 }), [])
  })

  it('answers what comes, from any of the partitions', async () => {
    await using broker = await create(2)
    const logs = broker.topic('logs')
    const all = logs.waitFor({ count: 3 })
    const error = logs.waitFor({ where: ({ value }) => (value as { level: string }).level === 'error', as: 'json' })
    const second = logs.waitFor({ offset: 1, partition: 1 })
    await broker.anonymous.produceValue('logs', '{"level":"info"}', { partition: 0 })
    await broker.anonymous.produceValue('logs', '{"level":"info"}', { partition: 1 })
    await broker.anonymous.produceValue('logs', '{"level":"error"}', { partition: 1 })
    assert.equal((await all).length, 3)
    assert.deepEqual((await error)[0]?.value, { level: 'error' })
    assert.equal((await second)[0]?.offset, 1)
  })

  it('goes on while the clock stands still or runs, and after a trim', async () => {
    await using broker = await create()
    const logs = broker.topic('logs')
    await logs.produce(['old', 'older'])
    const waiting = logs.waitFor({ where: ({ value }) => value === 'new' })
    await broker.clock.advance('2h')
    await broker.anonymous.topics.trim('logs', 0, -1)
    await broker.clock.advance('30d')
    await logs.produce(['new'])
    assert.equal((await waiting)[0]?.offset, 2)
  })

  it('does not spin where the log begins further on', async () => {
    await using broker = await create()
    const logs = broker.topic('logs')
    await logs.produce(['a', 'b'])
    await broker.anonymous.topics.trim('logs', 0, -1)
    await assert.rejects(logs.waitFor({ count: 1, within: 20 }), { message: 'topic logs: no record within 20 ms; there is none' })
  })

  it('in vain says what was there instead', async () => {
    await using broker = await create(2)
    const logs = broker.topic('logs')
    await logs.produce([{ key: 'k', value: { level: 'info' } }, 'two\nlines'], { partition: 1 })
    await assert.rejects(logs.waitFor({ count: 3, within: 1 }), (error) => {
      assert.ok(error instanceof WaitError)
      assert.equal(
        error.message,
        [
          'topic logs: no 3 records within 1 ms; there are 2 records:',
          '  logs-1 at 0: key k, {"level":"info"}',
          '  logs-1 at 1: two lines',
        ].join('\n'),
      )
      assert.equal(error.records.length, 2)
      return true
    })
    await assert.rejects(logs.waitFor({ where: ({ value }) => value === 'three', within: '1ms' }), {
      message:
        /^topic logs: no record where \(\{ value \}\) => value === 'three' within 1ms; there are 2 records, of which none matches:\n/,
    })
    await assert.rejects(logs.waitFor({ where: ({ key }) => key === 'k', count: 2, within: 1 }), { message: /of which 1 match/ })
    await assert.rejects(logs.waitFor({ offset: 7, partition: 0, within: 1 }), {
      message: 'topic logs: no record at offset 7 within 1 ms; there is none',
    })
  })

  it('in vain shows the last of many, and the head of long values', async () => {
    await using broker = await create()
    await broker.topic('logs').produce(Array.from({ length: 30 }, (_, i) => `${i} ${'x'.repeat(500)}`))
    await assert.rejects(broker.topic('logs').waitFor({ count: 31, within: 1 }), (error: Error) => {
      const lines = error.message.split('\n')
      assert.equal(lines[1], '  … 20 more')
      assert.equal(lines.length, 12)
      assert.ok(lines.every((line) => line.length < 200))
      return true
    })
  })

  it('ends when the topic goes, or the broker', async () => {
    await using broker = await create()
    const deleted = broker.topic('logs').waitFor({ count: 1 })
    const isRejected = assert.rejects(deleted, { message: /before the topic was deleted, or the broker restored; there is none$/ })
    await broker.anonymous.topics.delete('logs')
    await isRejected
    await broker.anonymous.topics.create({ name: 'logs' })
    const stopped = assert.rejects(broker.topic('logs').waitFor({ count: 1 }), { message: /before the broker was stopped; there is none$/ })
    await broker.stop()
    await stopped
  })

  it('says what is wrong with the question', async () => {
    await using broker = await create(2)
    const logs = broker.topic('logs')
    await assert.rejects(broker.topic('nowhere').waitFor({ count: 1 }), { message: 'there is no topic "nowhere"' })
    await assert.rejects(logs.waitFor({} as never), { message: 'what is waited for is missing: count, where or offset' })
    await assert.rejects(logs.waitFor({ offset: 1, count: 1 } as never), { message: 'offset: it does not go with count or where' })
    await assert.rejects(logs.waitFor({ offset: 1 }), {
      message: 'offset: it is of one partition, and topic logs has 2; say which by partition',
    })
    await assert.rejects(logs.waitFor({ count: 1.5 }), { message: 'count: 1.5 is no whole number from 0 on' })
    await assert.rejects(logs.waitFor({ count: 1, within: '2 weeks' as never }), {
      message: /^within: "2 weeks" is no duration; it must be/,
    })
    await logs.produce(['a', 'b'], { partition: 1 })
    await broker.anonymous.topics.trim('logs', 1, 1)
    await assert.rejects(logs.waitFor({ offset: 0, partition: 1 }), { message: 'topic logs, partition 1 begins at offset 1; 0 is gone' })
  })
})
