import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createManualClock } from '@logbrook/kafka/clock'
import { OFFSETS_PER_PARTITION_MAX } from '@logbrook/kafka/limits'
import { readArguments } from '../src/cli/arguments.ts'
import { combinations } from '../src/cli/acls/options.ts'
import { COMMANDS } from '../src/cli/commands.ts'
import { compileFormat, jsonFormat } from '../src/cli/consume/format.ts'
import { parseStartOffset, START_OFFSET_HELP } from '../src/cli/consume/start-offset.ts'
import { commandHelp, overview } from '../src/cli/help.ts'
import { createShutdown } from '../src/cli/shutdown.ts'
import { parseConfigText } from '../src/cli/topics/config-text.ts'
import { UsageError } from '../src/usage-error.ts'

describe('arguments', () => {
  const command = {
    positionals: 'TOPIC [VALUE]...',
    options: {
      partition: { type: 'string', short: 'p', meaning: '' },
      header: { type: 'string', short: 'H', multiple: true, meaning: '' },
      json: { type: 'boolean', meaning: '' },
    },
  } as const

  test('options and positionals come in any order, short and long, with = or without', () => {
    assert.deepEqual(readArguments(command, ['-p', '3', 'logs', '--header=a=1', '-H', 'b=2', '--json', 'hello']), {
      values: { partition: '3', header: ['a=1', 'b=2'], json: true },
      positionals: ['logs', 'hello'],
    })
  })
  test('a value may begin with a dash, and so may what follows --', () => {
    assert.deepEqual(readArguments(command, ['logs', '-p', '-5', '--', '--json']), {
      values: { partition: '-5' },
      positionals: ['logs', '--json'],
    })
  })

  const refusals: readonly (readonly [args: readonly string[], sentence: string])[] = [
    [['logs', '--partion', '1'], 'unknown option --partion; did you mean --partition?'],
    [['logs', '-x'], 'unknown option -x; there are -p, -H'],
    [['logs', '-p'], '-p needs a value'],
    [['logs', '--json=yes'], '--json takes no value'],
    [[], 'TOPIC is missing'],
  ]
  for (const [args, sentence] of refusals) {
    test(`refused: ${args.join(' ') || 'nothing'}`, () => assert.throws(() => readArguments(command, args), new UsageError(sentence)))
  }
  test('more positionals than asked for are refused', () => {
    assert.throws(() => readArguments({ positionals: 'NAME', options: {} }, ['a', 'b']), new UsageError('unexpected argument "b"'))
  })
})

describe('formats of consume', () => {
  const record = {
    partition: 1,
    offset: 42,
    timestamp: 1_707_744_000_000,
    key: Buffer.from('k').toString('base64'),
    value: Buffer.from([0xff, 0x00]).toString('base64'),
    headers: [
      { key: 'a', value: Buffer.from('1').toString('base64') },
      { key: 'b', value: null },
    ],
  }
  test('every field, every escape', () => {
    const format = compileFormat(String.raw`%t/%p/%o %T %k=%s(%S,%K) %h 100%%\n\t\r\0\\\x41é`)
    const expected = [Buffer.from('logs/1/42 1707744000000 k='), Buffer.from([0xff, 0x00]), Buffer.from('(2,1) a=1,b= 100%\n\t\r\0\\Aé')]
    assert.deepEqual(format('logs', record), Buffer.concat(expected))
  })
  test('a value is printed as the bytes it is, null as nothing', () => {
    assert.deepEqual(compileFormat('%v')('logs', record), Buffer.from([0xff, 0x00]))
    assert.equal(compileFormat('%v|%k|%S')('logs', { ...record, key: null, value: null }).toString(), '||-1')
  })
  test('what is not known is refused', () => {
    for (const format of ['%z', '100%', String.raw`\q`, 'end\\', String.raw`\x4`]) {
      assert.throws(() => compileFormat(format), UsageError, format)
    }
  })
  test('JSON holds text as text, other bytes as base64', () => {
    assert.deepEqual(JSON.parse(jsonFormat('logs', record).toString()), {
      topic: 'logs',
      partition: 1,
      offset: 42,
      timestamp: 1_707_744_000_000,
      key: 'k',
      value_base64: '/wA=',
      headers: [
        { key: 'a', value: '1' },
        { key: 'b', value: null },
      ],
    })
  })
})

describe('where reading begins', () => {
  const NOW = 1_707_744_000_000
  const parsed = (text: string) => parseStartOffset('--from', text, NOW)
  test('is what users of kcat and rpk type', () => {
    assert.deepEqual(parsed('start'), { kind: 'time', at: 'earliest' })
    assert.deepEqual(parsed('end'), { kind: 'time', at: 'latest' })
    assert.deepEqual(parsed('0'), { kind: 'at', offset: 0 })
    assert.deepEqual(parsed('-10'), { kind: 'before-end', count: 10 })
    assert.deepEqual(parsed('@1707744000000'), { kind: 'time', at: 1_707_744_000_000 })
    assert.deepEqual(parsed('@2024-02-12T13:20:00Z'), { kind: 'time', at: 1_707_744_000_000 })
  })
  test('is a while ago, or a time', () => {
    assert.deepEqual(parsed('10m'), { kind: 'time', at: NOW - 600_000 })
    assert.deepEqual(parsed('1.5h'), { kind: 'time', at: NOW - 5_400_000 })
    assert.deepEqual(parsed('999999d'), { kind: 'time', at: 0 }, 'nothing is older than 1970')
    assert.deepEqual(parsed('2024-02-12T13:20:00Z'), { kind: 'time', at: 1_707_744_000_000 })
    assert.deepEqual(parsed('2024-02-12'), { kind: 'time', at: Date.UTC(2024, 1, 12) })
  })
  test('is an offset up to the largest that a partition can hold, and a time above', () => {
    assert.deepEqual(parsed(String(OFFSETS_PER_PARTITION_MAX - 1)), { kind: 'at', offset: OFFSETS_PER_PARTITION_MAX - 1 })
    assert.deepEqual(parsed(String(OFFSETS_PER_PARTITION_MAX)), { kind: 'time', at: OFFSETS_PER_PARTITION_MAX })
  })
  for (const text of ['', 'middle', '1.5', '@', '@yesterday', '--1', '99999999999999999', '10 m', 'monday 3', '2024-13-01']) {
    test(`is not ${JSON.stringify(text)}`, () =>
      assert.throws(() => parsed(text), new UsageError(`--from is ${JSON.stringify(text)}; it must be ${START_OFFSET_HELP}`)))
  }
})

test('topic configuration may be typed in units', () => {
  assert.deepEqual(
    parseConfigText(['retention.ms=7d', 'max.message.bytes=1MiB', 'retention.bytes=-1', 'message.timestamp.type=LogAppendTime']),
    {
      'retention.ms': '604800000',
      'max.message.bytes': '1048576',
      'retention.bytes': '-1',
      'message.timestamp.type': 'LogAppendTime',
    },
  )
  assert.deepEqual(parseConfigText(['retention.ms=7y']), { 'retention.ms': '7y' }, 'the broker says what is wrong with it')
  assert.throws(() => parseConfigText(['retention.ms']), new UsageError('--config is "retention.ms"; it must be KEY=VALUE'))
})

describe('bindings as kafka-acls has them typed', () => {
  test('all combinations', () => {
    const principals = combinations({ 'allow-principal': ['User:a', 'User:b'], operation: ['Read', 'describe-configs'], topic: ['t'] })
    const resource = { resource_type: 'TOPIC', resource_name: 't' }
    assert.deepEqual(principals, [
      { principal: 'User:a', permission_type: 'ALLOW', operation: 'READ', ...resource },
      { principal: 'User:a', permission_type: 'ALLOW', operation: 'DESCRIBE_CONFIGS', ...resource },
      { principal: 'User:b', permission_type: 'ALLOW', operation: 'READ', ...resource },
      { principal: 'User:b', permission_type: 'ALLOW', operation: 'DESCRIBE_CONFIGS', ...resource },
    ])
  })
  test('hosts belong to their own side', () => {
    const bindings = combinations({ 'allow-principal': ['User:a'], 'deny-principal': ['User:b'], 'deny-host': ['10.0.0.9'], cluster: true })
    assert.deepEqual(bindings, [
      { principal: 'User:a', permission_type: 'ALLOW', resource_type: 'CLUSTER', resource_name: 'kafka-cluster' },
      { principal: 'User:b', permission_type: 'DENY', host: '10.0.0.9', resource_type: 'CLUSTER', resource_name: 'kafka-cluster' },
    ])
  })
  test('nothing said is everything', () => assert.deepEqual(combinations({}), [{}]))
})

describe('help', () => {
  test('the overview names every command', () => {
    for (const { words, summary } of COMMANDS) assert.ok(overview().includes(`${words.join(' ')} `) && overview().includes(summary))
  })
  for (const entry of COMMANDS) {
    test(entry.words.join(' '), async () => {
      const { command } = await entry.load()
      const help = commandHelp(entry, command)
      assert.ok(help.includes(`Usage: logbrook ${entry.words.join(' ')}`))
      for (const name of Object.keys(command.options)) assert.ok(help.includes(`--${name}`), name)
      const shorts = Object.values(command.options).flatMap(({ short }) => short ?? [])
      assert.equal(new Set(shorts).size, shorts.length, 'no letter stands for two options')
      assert.ok(!shorts.includes('h'), '-h is help')
      assert.ok(command.examples.length > 0)
      for (const example of command.examples) assert.ok(example.startsWith(entry.words[0].replace(/s$/, '')), example)
    })
  }
})

describe('signals', () => {
  test('the first drains', async () => {
    const { shutdown, ended } = shutdownOf()
    shutdown.onSignal()
    await shutdown.asked
    assert.equal(ended(), 0)
  })
  test('an echo of the first changes nothing', () => {
    const { clock, shutdown, ended } = shutdownOf()
    shutdown.onSignal()
    clock.advance(499)
    shutdown.onSignal()
    assert.equal(ended(), 0)
  })
  test('a second one ends at once', () => {
    const { clock, shutdown, ended } = shutdownOf()
    shutdown.onSignal()
    clock.advance(500)
    shutdown.onSignal()
    assert.equal(ended(), 1)
  })
})

function shutdownOf() {
  const clock = createManualClock()
  let ended = 0
  const shutdown = createShutdown({ clock, endNow: () => void ended++ })
  return { clock, shutdown, ended: () => ended }
}
