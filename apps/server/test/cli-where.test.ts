/** `--where`, and how JSON is laid out at a terminal. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { layOut } from '../src/cli/consume/json-layout.ts'
import { parseCondition } from '../src/cli/consume/where.ts'
import { UsageError } from '../src/usage-error.ts'

const LOG = {
  level: 'error',
  message: 'timed out after 30 s',
  time: '2026-01-31T12:00:00Z',
  latency: 182.5,
  retries: '3',
  cached: false,
  user: null,
  'dd.trace_id': 'abc',
  http: { status: 502, path: '/api/Orders', 'x.y': { z: 1 } },
  tags: ['env:prod', 'team:a'],
  spans: [{ name: 'db' }, { name: 'cache' }],
  empty: '',
}

describe('a condition', () => {
  const cases: readonly (readonly [condition: string, holds: boolean])[] = [
    ['level=error', true],
    ['level = error', true],
    ['level=err', false],
    ['http.status=502', true],
    ['http.status=502.0', true],
    ['retries=3', true],
    ['cached=false', true],
    ['user=null', true],
    ['empty=', true],
    ['missing=', false],
    ['message=timed out after 30 s', true],
    ['dd.trace_id=abc', true],
    ['http.x.y.z=1', true],
    ['level!=info', true],
    ['level!=error', false],
    ['missing!=info', true],
    ['message~timed out', true],
    ['message~Timed', false],
    ['message~/^TIMED.*\\d+ s$/i', true],
    ['http.path~/orders/', false],
    ['http.path~/^\\/api/g', true],
    ['latency~182', true],
    ['http.status>=500', true],
    ['http.status>502', false],
    ['http.status<600', true],
    ['latency<=182.5', true],
    ['retries>2', true],
    ['level>2', false],
    ['cached<1', false],
    ['missing<1', false],
    ['time>=2026-01-31', true],
    ['time<2026-01-31', false],
    ['latency>fast', false],
    ['tags=env:prod', true],
    ['tags=env:dev', false],
    ['tags!=env:prod', false],
    ['tags.1=team:a', true],
    ['spans.0.name=db', true],
    ['http.path', true],
    ['http', true],
    ['user', false],
    ['http.path exists', true],
    ['missing', false],
    ['!missing', true],
    ['!user', true],
    ['!level', false],
    ['level.length', false],
    ['__proto__', false],
  ]
  for (const [condition, holds] of cases) {
    test(`${condition} ${holds ? 'holds' : 'does not hold'}`, () => assert.equal(parseCondition(condition)(LOG), holds))
  }
  test('what has no fields, has none', () => {
    for (const value of [undefined, null, 1, 'level=error', [], true]) {
      assert.deepEqual([parseCondition('level=error')(value), parseCondition('level!=error')(value)], [false, true])
    }
  })
  test('what is none is refused', () => {
    for (const text of ['', '=error', '!', '!level=error', '>5']) assert.throws(() => parseCondition(text), UsageError, text)
    assert.throws(() => parseCondition('message~/(/'), /^UsageError: --where holds \/\(\/, which is no regular expression: /)
  })
})

const plain = (_format: unknown, text: string) => text

describe('the layout of JSON', () => {
  test('what is short stands on one line, what is long is indented', () => {
    assert.equal(layOut('{"a":1,"b":[ ],"c":{},"d":[1,"x"]}', plain, 80), '{ "a": 1, "b": [], "c": {}, "d": [1, "x"] }')
    assert.equal(
      layOut('{"level":"info","http":{"method":"GET","path":"/"},"tags":["a","b"]}', plain, 43),
      '{\n  "level": "info",\n  "http": { "method": "GET", "path": "/" },\n  "tags": ["a", "b"]\n}',
    )
    assert.equal(layOut('{"http":{"method":"GET"}}', plain, 10), '{\n  "http": {\n    "method": "GET"\n  }\n}')
  })
  test('numbers, keys and escapes stand as they were written', () => {
    const text = '{"n":1.50e+3,"n":12345678901234567890,"s":"\\u00e9\\/\\"","k\\n":true}'
    assert.equal(layOut(text, plain, 200), '{ "n": 1.50e+3, "n": 12345678901234567890, "s": "\\u00e9\\/\\"", "k\\n": true }')
  })
  test('nothing in it moves the cursor', () => {
    assert.equal(layOut('{"\u009b2J":"\u007f\u202e"}', plain, 80), '{ "\\u009b2J": "\\u007f\\u202e" }')
  })
  test('what is no JSON, or too deep to read, has none', () => {
    assert.equal(layOut('{"a":', plain, 80), undefined)
    assert.equal(layOut(`${'['.repeat(101)}${']'.repeat(101)}`, plain, 80), undefined)
    assert.equal(layOut(`${'['.repeat(100)}${']'.repeat(100)}`, plain, 80)?.includes('[]'), true)
  })
  test('law: it says what the text says, and no line that could be broken is too long', () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 10, max: 120 }), (text, columns) => {
        const laidOut = layOut(text, plain, columns)!
        assert.deepEqual(JSON.parse(laidOut), JSON.parse(text))
        for (const line of laidOut.split('\n')) {
          if (line.length > columns) assert.doesNotMatch(line, /^\s*(?:"(?:[^"\\]|\\.)*": )?(?:\{ |\[[^\]])/, line)
        }
      }),
    )
  })
})
