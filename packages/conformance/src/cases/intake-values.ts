/** What the intake takes, and what lies in the log afterwards: the same bytes (D1, D2, D3, D9). */
import assert from 'node:assert/strict'
import type { ConformanceCase } from '../case.ts'
import { holds, INTAKE, INTAKE_V1, logs, ONE_LOG, recordPaths, recordsFrom, TAKEN, takenAt } from '../requests.ts'

/** Elements that a parser would take and not give back as they came. */
const ELEMENTS: readonly (readonly [name: string, element: string])[] = [
  ['an empty object', '{}'],
  ['white space inside', '{ "a" :\t1 ,\r\n "b": [ 1 , 2 ] }'],
  ['an empty object with white space inside', '{ \n }'],
  ['keys in their order', '{"z":1,"a":2,"10":3,"9":4}'],
  ['duplicate keys', '{"a":1,"a":2,"a":1}'],
  ['a __proto__ key', '{"__proto__":{"a":1},"constructor":null}'],
  ['numbers as they are spelled', '{"a":1.0,"b":1e2,"c":1E+02,"d":-0,"e":0.10,"f":-0.0e-0}'],
  ['numbers that no double holds', '{"a":12345678901234567890,"b":0.1234567890123456789,"c":1e400,"d":9007199254740993}'],
  ['escapes that need none', '{"a":"\\u0041\\/\\u00e9","\\u0062":"\\u0000"}'],
  ['every short escape', '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t"}'],
  ['escaped surrogate pairs', '{"a":"\\ud83d\\uDE00"}'],
  ['lone surrogate escapes', '{"a":"\\ud800","b":"\\udc00\\ud800","c":"\\ud83dx"}'],
  ['text beyond ASCII', '{"ключ":"значение","日本":"語","e":"é","emoji":"🔑"}'],
  ['line separators and a delete character', '{"a":"\u2028\u2029\u007f"}'],
  ['a byte order mark inside a string', '{"a":"\uFEFF"}'],
  ['brackets and quotes in strings', '{"a":"]}[{,:\\"","}":"{"}'],
  ['a string that ends in a backslash', '{"a":"\\\\","b":"\\\\\\""}'],
  ['nested values', '{"a":{"b":[{"c":[[],{},null,true,false,"",0]}]}}'],
  [
    'a Datadog log',
    '{"message":"hello","status":"info","timestamp":1707744000000,"hostname":"h","service":"s","ddsource":"nginx","ddtags":"env:test,a:b"}',
  ],
  ['a long string', `{"message":"${'x'.repeat(300_000)}"}`],
  ['a depth of 100', `${'{"a":['.repeat(50)}1${']}'.repeat(50)}`],
]

const exact: readonly ConformanceCase[] = ELEMENTS.map(([name, element]) => ({
  name: `intake: ${name} is stored byte by byte`,
  proves: ['D3'],
  steps: [
    { request: logs(`[${element}]`), expect: takenAt(0, 0) },
    { request: logs(` [ {"before":1},\r\n\t${element}\n , {"after":1} ] \n`), expect: takenAt(0, 1) },
    holds([element, '{"before":1}', element, '{"after":1}']),
  ],
}))

const MANY = Array.from({ length: 5_000 }, (_, i) => `{"i":${i},"pad":"${'.'.repeat(i % 97)}"}`)
const ALL = ELEMENTS.map(([, element]) => element)

export const INTAKE_VALUE_CASES: readonly ConformanceCase[] = [
  ...exact,
  ...[INTAKE, INTAKE_V1].map((path): ConformanceCase => ({
    name: `intake: success says where the records went, ${path}`,
    proves: ['D1', 'D15', 'D9'],
    steps: [
      { request: logs('[{"a":1},{"a":2}]', {}, path), expect: takenAt(0, 0) },
      { request: logs('[{"a":3}]', {}, path), expect: takenAt(0, 2) },
      holds(['{"a":1}', '{"a":2}', '{"a":3}']),
    ],
  })),
  {
    name: 'intake: the headers of the answer lead to the record',
    proves: ['D1'],
    given: { topics: [{ name: '$TOPIC', partitions: 8 }] },
    play: async (scene) => {
      for (let i = 0; i < 5; i++) {
        const { headers } = await scene.exchange({ request: logs(`[{"first":${i}},{"second":${i}}]`), expect: TAKEN })
        const offset = Number(headers.get('x-logbrook-base-offset'))
        const [path] = recordPaths('$TOPIC', headers.get('x-logbrook-partition') ?? '', offset + 1)
        const { body } = await scene.exchange({ request: { method: 'GET', path }, expect: { status: 200 } })
        const { value } = JSON.parse(body.toString()) as { readonly value: string }
        assert.equal(Buffer.from(value, 'base64').toString(), `{"second":${i}}`)
      }
    },
  },
  {
    name: 'intake: what was answered is there for the next request on another connection',
    proves: ['D1'],
    play: async (scene) => {
      for (let i = 0; i < 20; i++) {
        await scene.exchange({ request: ONE_LOG, expect: takenAt(0, i) })
        await scene.exchange(holds(Array<string>(i + 1).fill('{"message":"one"}')))
      }
    },
  },
  ...['{}', ' {\r\n\t} \n'].map((body): ConformanceCase => ({
    name: `intake: the probe ${JSON.stringify(body)} is taken and stores nothing`,
    proves: ['D2', 'D4'],
    steps: [
      { request: logs(body), expect: TAKEN },
      { request: logs(body, {}, INTAKE_V1), expect: TAKEN },
      holds([]),
      { request: ONE_LOG, expect: takenAt(0, 0) },
    ],
  })),
  ...['[]', ' [\n\t] '].map((body): ConformanceCase => ({
    name: `intake: ${JSON.stringify(body)} is taken and stores nothing`,
    proves: ['D4'],
    steps: [{ request: logs(body), expect: TAKEN }, holds([]), { request: ONE_LOG, expect: takenAt(0, 0) }],
  })),
  {
    name: 'intake: thousands of records of one request lie at contiguous offsets of one partition',
    proves: ['D9', 'D3'],
    steps: [{ request: logs(`[${MANY.join(',')}]`), expect: takenAt(0, 0) }, holds(MANY)],
  },
  {
    name: 'intake: all odd elements in one request, in chunks',
    proves: ['D3', 'D9'],
    steps: [{ request: { ...logs(`[${ALL.join(' , ')}]`), framing: 'chunked' }, expect: takenAt(0, 0) }, holds(ALL)],
  },
  {
    name: 'intake: requests at the same time are each stored whole and in one piece',
    proves: ['D9'],
    play: async (scene) => {
      const batches = Array.from({ length: 20 }, (_, batch) => Array.from({ length: 10 }, (_unused, i) => `{"batch":${batch},"i":${i}}`))
      const bases = await Promise.all(
        batches.map(async (batch) => {
          const { headers } = await scene.exchange({ request: logs(`[${batch.join(',')}]`), expect: TAKEN })
          return Number(headers.get('x-logbrook-base-offset'))
        }),
      )
      const stored = batches.map((batch, i) => ({ base: bases[i]!, batch })).toSorted((a, b) => a.base - b.base)
      await scene.exchange(holds(stored.flatMap(({ batch }) => batch)))
      assert.deepEqual(
        stored.map(({ base }) => base),
        batches.map((_, i) => i * 10),
      )
    },
  },
  {
    name: "intake: the time is the broker's, one for the whole request",
    proves: ['D3'],
    hands: ['letPass'],
    play: async (scene) => {
      await scene.exchange({ request: logs('[{"timestamp":1},{"date":2}]'), expect: TAKEN })
      await scene.hands.letPass(1_000)
      await scene.exchange({ request: ONE_LOG, expect: TAKEN })
      const times = await Promise.all(
        [0, 1, 2].map(async (offset) => {
          const { body } = await scene.exchange({
            request: { method: 'GET', path: recordPaths('$TOPIC', 0, offset)[0] },
            expect: { status: 200 },
          })
          return (JSON.parse(body.toString()) as { readonly timestamp: number }).timestamp
        }),
      )
      assert.equal(times[0], times[1])
      assert.ok(times[2]! - times[0]! >= 1_000, `the second request's time is ${times[2]! - times[0]!} ms later; 1000 have passed`)
    },
  },
  {
    name: 'intake: nothing is read out of a log, also where the topic keeps times of its producers',
    proves: ['D3'],
    given: { topics: [{ name: '$TOPIC', config: { 'message.timestamp.type': 'CreateTime' } }] },
    steps: [
      { request: logs('[{"timestamp":1,"key":"k","headers":{"a":"b"}}]'), expect: TAKEN },
      {
        request: { method: 'GET', path: recordPaths('$TOPIC', 0, 0)[1] },
        expect: { status: 200, json: recordsFrom(0, ['{"timestamp":1,"key":"k","headers":{"a":"b"}}'])[0]! },
      },
    ],
  },
  {
    name: 'intake: each topic has offsets of its own',
    proves: ['D9'],
    given: { topics: [{ name: '$TOPIC' }, { name: '$OTHER' }] },
    steps: [
      { request: ONE_LOG, expect: takenAt(0, 0) },
      { request: logs('[{"a":1}]', {}, '/dd/$OTHER/v1/input'), expect: takenAt(0, 0) },
      holds(['{"message":"one"}']),
    ],
  },
]
