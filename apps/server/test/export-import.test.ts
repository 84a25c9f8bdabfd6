/** `logbrook export` and `logbrook import`: topics leave a broker and come back as they were. */
import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createManualClock } from '@logbrook/kafka/clock'
import type { ArchivedRecord } from '@logbrook/contract/archive'
import { RECORD_HEADERS_MAX } from '@logbrook/kafka/limits'
import { readPartition, sendLogs } from './broker-requests.ts'
import {
  alterConfig,
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
} from './export-import.ts'
import { START_MS, startGuardedServer, startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'
import { temporaryDirectory } from './temporary-directory.ts'

let api: TestServer
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
before(async () => {
  api = await startTestServer()
  directory = await temporaryDirectory()
})
after(async () => {
  await api.close()
  await directory[Symbol.asyncDispose]()
})

let files = 0

/** A file of the test's own, not there yet. */
function newFile(): string {
  return join(directory.path, `${files++}.zip`)
}

/** The commands are told the broker's time. */
const here = () => ({ url: api.url, clock: api.clock })

/** A topic of everything that a record can be: one partition cut at its head, one without records, one that never had any. */
async function createAssorted(name: string): Promise<void> {
  await createTopic(api.url, { name, partitions: 4, config: { 'retention.ms': -1, 'max.message.bytes': 1_000_000 } })
  const headers = [
    { key: 'b', value: base64('2') },
    { key: 'a', value: null },
    { key: 'b', value: '' },
    { key: '', value: '/w==' },
    { key: 'ключ', value: base64('значение') },
  ]
  await produce(api.url, name, 0, [
    { key: null, value: null, headers: [], timestamp: START_MS },
    { key: '', value: '', headers: [], timestamp: 0 },
    { key: base64('k'), value: null, headers, timestamp: START_MS + 5 },
    { key: '/w==', value: '//8A', headers, timestamp: START_MS - 5 },
    { value: base64('{"message":"zeile\\n\u2028 \u0000\ufeff𝄞"}'), timestamp: START_MS },
    { value: base64('\ufeffmarked'), timestamp: START_MS },
    { value: base64('a\r\nb\n'), timestamp: START_MS },
    { headers: Array.from({ length: RECORD_HEADERS_MAX }, () => ({ key: 'h', value: null })), timestamp: START_MS },
  ])
  await produce(api.url, name, 1, [{ value: base64('gone') }, { value: base64('kept') }, { value: base64('kept too') }])
  await trim(api.url, name, 1, 1)
  await produce(api.url, name, 2, [{ value: base64('gone') }])
  await trim(api.url, name, 2, -1)
}

describe('a topic comes back as it was', () => {
  test('keys, values, headers, times, offsets, partitions and configuration', async () => {
    await createAssorted('assorted')
    const was = await contentsOf(api.url, 'assorted')
    const file = newFile()
    assert.match(await say(['export', 'assorted', '-o', file], here()), /^exported topic assorted: 10 records\n.* is [\d.]+ KiB\n$/)
    await deleteTopic(api.url, 'assorted')
    assert.equal(await say(['import', file], here()), 'imported topic assorted: 10 records, at the offsets that they had\n')
    assert.deepEqual(await contentsOf(api.url, 'assorted'), was)
  })

  test('logs as a Datadog sender sent them', async () => {
    await createTopic(api.url, { name: 'intake' })
    await sendLogs(api.url, 'intake', '[{"a":1.50},\n {"a" : 1.5e0, "a":"\\u00fc"}, {"ü":"𝄞"}]')
    const was = await contentsOf(api.url, 'intake')
    const file = newFile()
    await say(['export', 'intake', '-o', file], here())
    await say(['import', file, '--topic', 'intake-2'], here())
    assert.deepEqual(await contentsOf(api.url, 'intake-2'), was)
  })

  test('times that the broker gave, and records larger than the topic would take by now', async () => {
    await createTopic(api.url, { name: 'stamped', config: { 'message.timestamp.type': 'LogAppendTime' } })
    await produce(api.url, 'stamped', 0, [{ value: base64('x'.repeat(100)), timestamp: 1 }])
    await alterConfig(api.url, 'stamped', { 'max.message.bytes': 50 })
    const was = await contentsOf(api.url, 'stamped')
    const file = newFile()
    await say(['export', 'stamped', '-o', file], here())
    await deleteTopic(api.url, 'stamped')
    api.clock.advance(1_000)
    await say(['import', file], here())
    assert.deepEqual(await contentsOf(api.url, 'stamped'), was)
  })

  test('more than one page, batch and piece, in order', async () => {
    await createTopic(api.url, { name: 'long', partitions: 2 })
    for (let i = 0; i < 7; i++) {
      await produce(
        api.url,
        'long',
        i % 2,
        Array.from({ length: 3_000 }, (_, n) => ({ value: base64(`${i} ${n} ${'x'.repeat(500)}`) })),
      )
    }
    const was = await contentsOf(api.url, 'long')
    const file = newFile()
    await say(['export', 'long', '-o', file], here())
    await deleteTopic(api.url, 'long')
    assert.match(await say(['import', file], here()), /21,000 records/)
    assert.deepEqual(await contentsOf(api.url, 'long'), was)
  })

  test('and what is exported again is the same archive', async () => {
    await createAssorted('again')
    const [first, second] = [newFile(), newFile()]
    await say(['export', 'again', '-o', first], here())
    await deleteTopic(api.url, 'again')
    await say(['import', first], here())
    await say(['export', 'again', '-o', second], here())
    assert.deepEqual(await entriesOf(second), await entriesOf(first))
  })
})

describe('an archive', () => {
  test('is lines to read, and a manifest that names them', async () => {
    await createTopic(api.url, { name: 'readable' })
    const header = { key: 'h', value: '/w==' }
    await produce(api.url, 'readable', 0, [
      { key: base64('k'), value: base64('{"a":1}'), headers: [header], timestamp: 7 },
      { timestamp: 8 },
    ])
    const file = newFile()
    await say(['export', 'readable', '-o', file], here())
    const entries = await entriesOf(file)
    assert.deepEqual(Object.keys(entries), ['topics/readable/0/00000000000000000000.ndjson', 'manifest.json'])
    assert.equal(
      Buffer.from(Object.values(entries)[0]!).toString('utf8'),
      '{"offset":0,"timestamp":7,"key":"k","value":"{\\"a\\":1}","headers":[{"key":"h","value_base64":"/w=="}]}\n' +
        '{"offset":1,"timestamp":8,"key":null,"value":null,"headers":[]}\n',
    )
    const { format, version, exported_at, topics } = manifestOf(entries)
    assert.deepEqual({ format, version, exported_at }, { format: 'logbrook-archive', version: 1, exported_at: api.clock.now() })
    assert.deepEqual(topics[0]?.partitions[0]?.parts, [
      { entry: Object.keys(entries)[0], base_offset: 0, record_count: 2, bytes: 167, crc32: topics[0]?.partitions[0]?.parts[0]?.crc32 },
    ])
  })

  test('has text for what can be read, and base64 for the rest', async () => {
    await createTopic(api.url, { name: 'spelled' })
    const values = ['tab\tand "quotes"\r\n', 'ü𝄞\u2028', '', 'null\u0000', 'bell\u0007', 'delete\u007f']
    await produce(api.url, 'spelled', 0, [...values.map((value) => ({ value: base64(value) })), { value: '7aCA' }])
    const file = newFile()
    await say(['export', 'spelled', '-o', file], here())
    const lines = Buffer.from(Object.values(await entriesOf(file))[0]!)
      .toString('utf8')
      .trim()
      .split('\n')
    const spelled = lines.map((line) => JSON.parse(line) as ArchivedRecord).map((record) => record.value ?? { base64: record.value_base64 })
    const binary = values.slice(3).map((value) => ({ base64: base64(value) }))
    assert.deepEqual(spelled, [...values.slice(0, 3), ...binary, { base64: '7aCA' }])
  })

  test('may be of several topics, or of all that there are', async () => {
    await using other = await startTestServer()
    for (const name of ['one', 'two', 'three']) {
      await createTopic(other.url, { name, partitions: 2 })
      await produce(other.url, name, 1, [{ value: base64(name) }])
    }
    const [two, all] = [newFile(), newFile()]
    assert.match(
      await say(['export', 'two', 'one', 'two', '-o', two], other),
      /^exported topic two: 1 record\nexported topic one: 1 record\n/,
    )
    assert.match(await say(['export', '--all', '-o', all], other), /topic one.*\n.*topic three.*\n.*topic two/)
    const was = await Promise.all(['one', 'two', 'three'].map((name) => contentsOf(other.url, name)))
    await using another = await startTestServer()
    await say(['import', all], another)
    assert.deepEqual(await Promise.all(['one', 'two', 'three'].map((name) => contentsOf(another.url, name))), was)
    const renamed = await say(['import', two, '--topic', 'one=two-2', '--topic', 'two=one-2', '--json'], another)
    assert.equal(
      renamed,
      '{"topic":"one-2","record_count":1,"offsets_kept":true}\n{"topic":"two-2","record_count":1,"offsets_kept":true}\n',
    )
    assert.deepEqual(await contentsOf(another.url, 'two-2'), was[0])
  })

  test('may be of no record, and of no topic', async () => {
    await using other = await startTestServer()
    const [none, empty] = [newFile(), newFile()]
    await say(['export', '--all', '-o', none], other)
    assert.equal(await say(['import', none], other), '')
    await createTopic(other.url, { name: 'empty', partitions: 3, log_start_offsets: [0, 9, 0] })
    const was = await contentsOf(other.url, 'empty')
    await say(['export', 'empty', '-o', empty], other)
    await say(['import', empty, '--topic', 'empty-2'], other)
    assert.deepEqual(await contentsOf(other.url, 'empty-2'), was)
  })
})

describe('export', () => {
  test('says what is missing of its command line', async () => {
    const wrong: readonly (readonly [args: readonly string[], sentence: RegExp])[] = [
      [['export', 'logs'], /say where to: --output FILE/],
      [['export', '-o', 'x.zip'], /say which topics, or --all/],
      [['export', 'logs', '--all', '-o', 'x.zip'], /say which topics, or --all/],
    ]
    for (const [args, sentence] of wrong) {
      const { code, stderr } = await command(args, here())
      assert.equal(code, 2)
      assert.match(stderr, sentence)
    }
  })

  test('writes over nothing', async () => {
    await createTopic(api.url, { name: 'careful' })
    const file = newFile()
    await writeFile(file, 'precious')
    assert.equal(await refusal(['export', 'careful', '-o', file], here()), `logbrook: ${file} is there already; it is not written over\n`)
  })

  test('leaves nothing behind when it fails', async () => {
    await using guarded = await startGuardedServer()
    const as = (user: string) => ({ url: guarded.url, as: user, clock: guarded.clock })
    await guarded.ask('/v1/kafka/topics', { method: 'POST', json: { name: 'seen' }, as: 'admin:secret' })
    await guarded.ask('/v1/kafka/topics/seen/records', { method: 'POST', body: 'x', as: 'admin:secret' })
    await guarded.ask('/v1/kafka/users', { method: 'POST', json: { name: 'eve', password: 'p' }, as: 'admin:secret' })
    await using empty = await temporaryDirectory()
    const file = join(empty.path, 'seen.zip')
    assert.match(await refusal(['export', 'seen', '-o', file], as('eve:p')), /User:eve may not DESCRIBE/)
    await allow(guarded, 'eve', 'DESCRIBE', 'seen')
    assert.match(await refusal(['export', 'seen', '-o', file], as('eve:p')), /topic seen, partition 0, offset 0: the principal may not/)
    assert.match(await refusal(['export', 'nowhere', '-o', file], as('admin:secret')), /no topic "nowhere"/)
    assert.match(await refusal(['export', 'seen', '-o', join(empty.path, 'no/seen.zip')], as('admin:secret')), /could not write .*ENOENT/)
    assert.deepEqual(await readdir(empty.path), [])
    await allow(guarded, 'eve', 'READ', 'seen')
    const { code, stderr } = await command(['export', '--all', '-o', file], as('eve:p'))
    assert.deepEqual([code, stderr], [0, 'logbrook: the configuration of topic seen is left out: you may not see it\n'])
    assert.deepEqual(await readdir(empty.path), ['seen.zip'])
    assert.equal(manifestOf(await entriesOf(file)).topics[0]?.config, null)
    await say(['import', file, '--topic', 'seen-2'], as('admin:secret'))
  })
})

/** @throws AssertionError when the binding could not be made */
async function allow(guarded: TestServer, user: string, operation: string, topic: string): Promise<void> {
  const binding = { principal: `User:${user}`, operation, permission_type: 'ALLOW', resource_type: 'TOPIC', resource_name: topic }
  const { status } = await guarded.ask('/v1/kafka/acls', { method: 'POST', json: { bindings: [binding] }, as: 'admin:secret' })
  assert.equal(status, 201)
}

async function exported(name: string, ...values: readonly string[]): Promise<string> {
  await createTopic(api.url, { name })
  await produce(
    api.url,
    name,
    0,
    values.map((value) => ({ value: base64(value) })),
  )
  const file = newFile()
  await say(['export', name, '-o', file], here())
  return file
}

const valuesOf = async (topic: string, partition = 0) =>
  (await readPartition(api.url, topic, partition)).records.map(({ value }) => Buffer.from(value ?? '', 'base64').toString('utf8'))

describe('import', () => {
  test('leaves a topic that holds records alone', async () => {
    const file = await exported('taken', 'a')
    const was = await stateOf(api.url)
    assert.match(await refusal(['import', file], here()), /topic taken exists: its partition 0 holds 1 record; .*--topic.*--append/)
    assert.deepEqual(await stateOf(api.url), was)
  })

  test('appends where that is asked for, at new offsets', async () => {
    const file = await exported('grown', 'a', 'b')
    assert.equal(await say(['import', file, '--append'], here()), 'imported topic grown: 2 records, at new offsets\n')
    assert.deepEqual(await valuesOf('grown'), ['a', 'b', 'a', 'b'])
    await deleteTopic(api.url, 'grown')
    assert.match(await say(['import', file, '--append'], here()), /at the offsets that they had/)
  })

  test('does not append to fewer partitions than there were', async () => {
    await createTopic(api.url, { name: 'wide', partitions: 3 })
    await produce(api.url, 'wide', 2, [{ value: base64('x') }])
    const file = newFile()
    await say(['export', 'wide', '-o', file], here())
    await createTopic(api.url, { name: 'narrow', partitions: 2 })
    const was = await stateOf(api.url)
    const sentence = await refusal(['import', file, '--topic', 'narrow', '--append'], here())
    assert.match(sentence, /topic narrow has 2 partitions; the archive has records of 3/)
    assert.deepEqual(await stateOf(api.url), was)
  })

  test('fills a topic that is empty and stands where the archive begins', async () => {
    const file = await exported('ready', 'a', 'b')
    await trim(api.url, 'ready', 0, 1)
    const cut = newFile()
    await say(['export', 'ready', '-o', cut], here())
    await createTopic(api.url, { name: 'ready-2' })
    assert.match(
      await refusal(['import', cut, '--topic', 'ready-2'], here()),
      /partition 0 stands at offset 0 and the archive's begins at 1/,
    )
    await createTopic(api.url, { name: 'ready-3', partitions: 2 })
    assert.match(await refusal(['import', file, '--topic', 'ready-3'], here()), /it has 2 partitions and the archive 1/)
    await createTopic(api.url, { name: 'ready-4', config: { 'message.timestamp.type': 'LogAppendTime' } })
    assert.match(await refusal(['import', file, '--topic', 'ready-4'], here()), /a time of its own/)
    await createTopic(api.url, { name: 'ready-5', config: { 'max.message.bytes': 0 + 1 } })
    await say(['import', file, '--topic', 'ready-5'], here())
    assert.deepEqual(await valuesOf('ready-5'), ['a', 'b'])
    await say(['import', file, '--topic', 'ready-2'], here())
    assert.deepEqual(await valuesOf('ready-2'), ['a', 'b'])
  })

  test('applies nothing to a topic that would not take all of it', async () => {
    const file = await exported('large', 'a', 'xxx')
    await createTopic(api.url, { name: 'small', config: { 'max.message.bytes': 2 } })
    const was = await stateOf(api.url)
    const sentence = await refusal(['import', file, '--topic', 'small'], here())
    assert.match(sentence, /topic small takes records of up to 2 bytes \(max\.message\.bytes\); the archive holds one of 3/)
    assert.deepEqual(await stateOf(api.url), was)
  })

  test('says when what it imports will not stay, and keeps it where that is asked for', async () => {
    const clock = createManualClock(START_MS)
    const file = await exported('old', 'a')
    clock.advance(8 * 24 * 60 * 60 * 1_000)
    const { code, stderr } = await command(['import', file, '--topic', 'old-2'], { url: api.url, clock })
    assert.equal(code, 0)
    assert.match(
      stderr,
      /^logbrook: topic old-2: records older than retention\.ms=604800000 will soon be deleted; .* retention\.ms=-1 they stay\n$/,
    )
    await say(['import', file, '--topic', 'old-3', '-c', 'retention.ms=-1'], { url: api.url, clock })
    assert.match(await say(['topics', 'describe', 'old-3'], here()), /retention\.ms=-1\n/)
    assert.match(
      await refusal(['import', file, '--append', '-c', 'retention.ms=-1'], here()),
      /--config is for topics that the import creates/,
    )
    assert.match(await refusal(['import', file, '-c', 'retenton.ms=-1'], here()), /"retenton\.ms"; did you mean retention\.ms\?/)
  })

  test('says when appended records get new times', async () => {
    const file = await exported('timed', 'a')
    await alterConfig(api.url, 'timed', { 'message.timestamp.type': 'LogAppendTime' })
    const { code, stderr } = await command(['import', file, '--append'], here())
    assert.deepEqual([code, /theirs are new as well/.test(stderr)], [0, true])
  })

  test('says what is wrong with the names that it is given', async () => {
    await using other = await startTestServer()
    for (const name of ['one', 'two']) await createTopic(other.url, { name })
    const file = newFile()
    await say(['export', '--all', '-o', file], other)
    const wrong: readonly (readonly [renames: readonly string[], sentence: RegExp])[] = [
      [['three'], /the archive has 2 topics: say which is to be called three, as --topic OLD=three/],
      [['on=three'], /the archive has no topic "on"; did you mean one\?/],
      [['one=a/b'], /--topic: topic name "a\/b" holds characters/],
      [['one='], /--topic: topic name is empty/],
      [['one=two'], /topics one and two of the archive cannot both become two/],
    ]
    const was = await stateOf(other.url)
    for (const [renames, sentence] of wrong) {
      const { code, stderr } = await command(['import', file, ...renames.flatMap((rename) => ['--topic', rename])], other)
      assert.equal(code, 2)
      assert.match(stderr, sentence)
    }
    assert.deepEqual(await stateOf(other.url), was)
  })
})

describe('who may not', () => {
  let guarded: TestServer
  const admin = { as: 'admin:secret' }
  let file = ''
  const as = (user: string) => ({ url: guarded.url, as: `${user}:p`, clock: guarded.clock })

  before(async () => {
    guarded = await startGuardedServer()
    for (const json of [{ name: 'a' }, { name: 'b', config: { 'message.timestamp.type': 'LogAppendTime' } }]) {
      await guarded.ask('/v1/kafka/topics', { method: 'POST', json, ...admin })
      await guarded.ask(`/v1/kafka/topics/${json.name}/records`, { method: 'POST', body: 'x', ...admin })
    }
    file = newFile()
    await say(['export', '--all', '-o', file], { url: guarded.url, ...admin })
    for (const name of ['a', 'b']) await guarded.ask(`/v1/kafka/topics/${name}`, { method: 'DELETE', ...admin })
  })
  after(() => guarded.close())

  /** Each gets one permission more than the one before. */
  const steps: readonly (readonly [user: string, allowed: readonly string[], sentence: RegExp])[] = [
    ['nobody', [], /User:nobody may not WRITE topic a$/],
    ['writer', ['WRITE a', 'WRITE b'], /User:writer may not CREATE topic a; nothing was imported$/],
    ['half', ['WRITE a', 'WRITE b', 'CREATE a', 'DELETE a'], /User:half may not CREATE topic b; nothing was imported$/],
    [
      'keeper',
      ['WRITE a', 'WRITE b', 'CREATE a', 'CREATE b', 'DELETE a', 'DELETE b'],
      /User:keeper may not ALTER_CONFIGS topic b; nothing was imported$/,
    ],
  ]
  for (const [user, allowed, sentence] of steps) {
    test(`do all that an import takes has nothing of it: ${allowed.join(', ') || 'no permission'}`, async () => {
      await guarded.ask('/v1/kafka/users', { method: 'POST', json: { name: user, password: 'p' }, ...admin })
      for (const binding of allowed) await allow(guarded, user, ...(binding.split(' ') as [string, string]))
      const said = await refusal(['import', file], as(user))
      assert.match(said.trimEnd(), sentence)
      assert.deepEqual((await guarded.ask('/v1/kafka/topics', admin)).body, { topics: [] })
    })
  }

  test('delete is told what was left', async () => {
    await guarded.ask('/v1/kafka/users', { method: 'POST', json: { name: 'stuck', password: 'p' }, ...admin })
    for (const topic of ['a', 'b']) for (const operation of ['WRITE', 'CREATE']) await allow(guarded, 'stuck', operation, topic)
    const said = await refusal(['import', file], as('stuck'))
    assert.match(said, /ALTER_CONFIGS topic b; topic a is there, not whole, and could not be deleted: .*; topic b is there, not whole/)
    for (const name of ['a', 'b']) await guarded.ask(`/v1/kafka/topics/${name}`, { method: 'DELETE', ...admin })
  })

  test('do nothing else but that needs no more', async () => {
    await guarded.ask('/v1/kafka/users', { method: 'POST', json: { name: 'able', password: 'p' }, ...admin })
    for (const topic of ['a', 'b']) {
      for (const operation of ['WRITE', 'CREATE', 'ALTER_CONFIGS']) await allow(guarded, 'able', operation, topic)
    }
    assert.match(await say(['import', file], as('able')), /imported topic a: 1 record.*\nimported topic b: 1 record/)
  })
})
