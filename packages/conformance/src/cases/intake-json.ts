/** Bodies that the intake refuses: 400, nothing stored, and the next good request works (D4, D9, D14). */
import type { ConformanceCase } from '../case.ts'
import { holds, INTAKE, INTAKE_V1, intakeRefused, logs, ONE_LOG, takenAt, UNHARMED } from '../requests.ts'

const REFUSED: readonly (readonly [name: string, body: string | Uint8Array])[] = [
  ['empty', ''],
  ['white space', ' \r\n\t'],
  ['an object that is not empty', '{"message":"one"}'],
  ['a string', '"one"'],
  ['a number', '1'],
  ['null', 'null'],
  ['true', 'true'],
  ['a text', 'hello'],
  ['lines of objects', '{"a":1}\n{"a":2}'],
  ['an array of a number', '[1]'],
  ['an array of a string', '["one"]'],
  ['an array of null', '[null]'],
  ['an array of an array', '[[{"a":1}]]'],
  ['an array with a number among objects', '[{"a":1},2,{"a":3}]'],
  ['an array with a string at its end', '[{"a":1},"two"]'],
  ['an array with a trailing comma', '[{"a":1},]'],
  ['an array with a leading comma', '[,{"a":1}]'],
  ['an array with two commas', '[{"a":1},,{"a":2}]'],
  ['an array without a comma', '[{"a":1}{"a":2}]'],
  ['an array that is not closed', '[{"a":1}'],
  ['an object that is not closed', '[{"a":1]'],
  ['closed by the wrong bracket', '[{"a":1})'],
  ['an object with a trailing comma', '[{"a":1,}]'],
  ['an object without a colon', '[{"a" 1}]'],
  ['an object without a value', '[{"a":}]'],
  ['an object with a key that is a number', '[{1:1}]'],
  ['an object with a bare key', '[{a:1}]'],
  ['in single quotes', "[{'a':1}]"],
  ['100,000 opening brackets and nothing else', '['.repeat(100_000)],
  ['100,000 opening braces', '{'.repeat(100_000)],
  ['trailing tokens', '[{"a":1}] x'],
  ['two arrays', '[{"a":1}][{"a":2}]'],
  ['a probe with a trailing token', '{} x'],
  ['a probe twice', '{}{}'],
  ['a trailing zero byte', '[{"a":1}]\0'],
  ['NaN', '[{"a":NaN}]'],
  ['Infinity', '[{"a":-Infinity}]'],
  ['undefined', '[{"a":undefined}]'],
  ['a misspelled literal', '[{"a":nul}]'],
  ['a literal in capitals', '[{"a":True}]'],
  ['a number with a leading zero', '[{"a":01}]'],
  ['a number with a plus sign', '[{"a":+1}]'],
  ['a number that ends in a point', '[{"a":1.}]'],
  ['a number that begins with a point', '[{"a":.5}]'],
  ['a number with an empty exponent', '[{"a":1e}]'],
  ['a hexadecimal number', '[{"a":0x1}]'],
  ['a lone minus sign', '[{"a":-}]'],
  ['a comment', '[{"a":1} /* one */]'],
  ['a line break in a string', '[{"a":"x\ny"}]'],
  ['a tab in a string', '[{"a":"x\ty"}]'],
  ['a zero byte in a string', '[{"a":"x\0y"}]'],
  ['an unknown escape', '[{"a":"\\x41"}]'],
  ['half a Unicode escape', '[{"a":"\\u12"}]'],
  ['a Unicode escape that is not hexadecimal', '[{"a":"\\u12g4"}]'],
  ['a string that is not closed', '[{"a":"x}]'],
  ['a string whose closing quote is escaped', '[{"a":"x\\"}]'],
  ['another kind of white space', '[\u00a0{"a":1}]'],
  ['a form feed between elements', '[{"a":1},\f{"a":2}]'],
  ['a byte order mark', '\uFEFF[{"a":1}]'],
  ['UTF-16', Buffer.from('\uFEFF[{"a":1}]', 'utf16le')],
  ['a byte that UTF-8 never has', Buffer.from('[{"a":"\xff"}]', 'latin1')],
  ['a lone continuation byte', Buffer.from('[{"a":"\x80"}]', 'latin1')],
  ['half a UTF-8 sequence', Buffer.from('[{"a":"\xe2\x82"}]', 'latin1')],
  ['an overlong UTF-8 sequence', Buffer.from('[{"a":"\xc0\xaf"}]', 'latin1')],
  ['a surrogate in UTF-8', Buffer.from('[{"a":"\xed\xa0\x80"}]', 'latin1')],
  ['a code point beyond Unicode', Buffer.from('[{"a":"\xf4\x90\x80\x80"}]', 'latin1')],
  ['invalid UTF-8 in a key', Buffer.from('[{"\xff":1}]', 'latin1')],
  [
    'invalid UTF-8 after much that is valid',
    Buffer.concat([Buffer.from(`[{"a":"${'é'.repeat(50_000)}"},{"b":"`), Buffer.from([0xff]), Buffer.from('"}]')]),
  ],
]

const refused: readonly ConformanceCase[] = REFUSED.map(([name, body]) => ({
  name: `intake: a body that is or has ${name} is refused`,
  proves: ['D4', 'D9', 'D14'],
  steps: [{ request: logs(body), expect: intakeRefused(400, 'INVALID_REQUEST') }, ...UNHARMED],
}))

const DEEP: readonly (readonly [name: string, body: string])[] = [
  ['100,000 opening brackets', `[{"a":${'['.repeat(100_000)}`],
  ['100,000 arrays', `[{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}]`],
  ['100,000 objects', `[${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}]`],
]

const deep: readonly ConformanceCase[] = DEEP.map(([name, body]) => ({
  name: `intake: ${name} in one another are refused, and the limit is named`,
  proves: ['D4'],
  steps: [
    { request: logs(body), expect: intakeRefused(400, 'INVALID_REQUEST', /(nest|deep|depth|level).*\d/i) },
    { request: logs(body, {}, INTAKE_V1), expect: intakeRefused(400, 'INVALID_REQUEST') },
    ...UNHARMED,
  ],
}))

export const INTAKE_JSON_CASES: readonly ConformanceCase[] = [
  ...refused,
  ...deep,
  {
    name: 'intake: the element that is no object is named',
    proves: ['D4'],
    steps: [{ request: logs('[{"a":1},{"a":2},3]'), expect: intakeRefused(400, 'INVALID_REQUEST', /\b2\b/) }, ...UNHARMED],
  },
  {
    name: 'intake: a request without a body is refused',
    proves: ['D4'],
    steps: [
      {
        request: { method: 'POST', path: INTAKE, headers: { 'Content-Type': 'application/json' } },
        expect: intakeRefused(400, 'INVALID_REQUEST'),
      },
      { request: { ...logs(''), framing: 'chunked' }, expect: intakeRefused(400, 'INVALID_REQUEST') },
      ...UNHARMED,
    ],
  },
  {
    name: 'intake: a refusal between good requests leaves no gap',
    proves: ['D9'],
    steps: [
      { request: ONE_LOG, expect: takenAt(0, 0) },
      { request: logs('[{"a":1},{"a":2},{"a":3},4]'), expect: intakeRefused(400, 'INVALID_REQUEST') },
      { request: ONE_LOG, expect: takenAt(0, 1) },
      holds(['{"message":"one"}', '{"message":"one"}']),
    ],
  },
]
