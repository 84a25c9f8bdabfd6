import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { test } from 'node:test'
import { KafkaError } from '@logbrook/kafka/errors'
import { JSON_DEPTH_MAX } from '@logbrook/kafka/limits'
import fc from 'fast-check'
import { sliceJsonArray } from '../src/http/json-array.ts'

const SEED = 20_265

function slice(document: Buffer) {
  return sliceJsonArray(document, document.length)
}

/** The elements' own bytes. */
function elements(document: Buffer | string): Buffer[] {
  const bytes = Buffer.from(document)
  const slices = slice(bytes)
  assert.equal(slices.kind, 'array')
  const { ranges } = slices as { ranges: Int32Array }
  return Array.from({ length: ranges.length / 2 }, (_, i) => bytes.subarray(ranges[2 * i], ranges[2 * i + 1]))
}

function texts(document: string): string[] {
  return elements(document).map(String)
}

function refuses(document: Buffer | string, message: string): void {
  assert.throws(
    () => slice(Buffer.from(document)),
    (error) => {
      assert.ok(error instanceof KafkaError, String(error))
      assert.equal(error.error, 'INVALID_REQUEST')
      assert.equal(error.message, message)
      return true
    },
  )
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What JSON.parse says of the document: its elements, or `undefined` when it is no array of objects. */
function oracle(document: Buffer): object[] | undefined {
  if (!isUtf8(document)) return undefined
  try {
    const value: unknown = JSON.parse(document.toString())
    return Array.isArray(value) && value.every(isObject) ? value : undefined
  } catch {
    return undefined
  }
}

const whitespace = fc.array(fc.constantFrom(' ', '\t', '\r', '\n'), { maxLength: 3 }).map((parts) => parts.join(''))
const objectText = fc
  .tuple(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }), fc.nat(3))
  .map(([object, indent]) => JSON.stringify(object, null, indent))

test('slices are the exact bytes of the elements, and re-parse to them', () => {
  const spaced = fc.tuple(whitespace, objectText, whitespace)
  fc.assert(
    fc.property(fc.array(spaced, { maxLength: 6 }), whitespace, whitespace, (parts, before, after) => {
      const document = Buffer.from(`${before}[${parts.map((part) => part.join('')).join(',')}]${after}`)
      const found = elements(document).map(String)
      assert.deepEqual(
        found,
        parts.map(([, text]) => text),
      )
      assert.deepEqual(
        found.map((text) => JSON.parse(text)),
        oracle(document),
      )
    }),
    { seed: SEED, numRuns: 1000 },
  )
})

/** Documents that touch every rule of the grammar, as ground for mutations. */
const SEEDS = [
  '[{"a":1,"b":[true,false,null,-0.5e+3,"x\\u00e9\\n"],"c":{"d":{}}},{}]',
  '[]',
  ' [ {"k":"v"} , {"é":"😀","n":0} ] ',
  '[{"a":[[],[{}],{"b":[]}]}]',
  '[{"n":[0,-0,10,1.5,1e5,1E-5,-1.25e+10]},{"s":["","\\"","\\\\","\\/","\\b\\f\\r\\t","\\ud800"]}]',
  '{}',
].map((text) => Buffer.from(text))
const INTERESTING = [...Buffer.from('{}[]",:\\0123456789eE+-.truefalsn \n\t\r/bu'), 0x00, 0x01, 0x1f, 0x7f, 0x80, 0xc3, 0xef, 0xff]

const mutation = fc.record({
  at: fc.nat(100),
  removed: fc.nat(2),
  inserted: fc.array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...INTERESTING) }, fc.nat(255)), { maxLength: 2 }),
})

test('mutated bytes are accepted exactly when JSON.parse accepts them as an array of objects', () => {
  let accepted = 0
  fc.assert(
    fc.property(fc.constantFrom(...SEEDS), fc.array(mutation, { minLength: 1, maxLength: 3 }), (seed, mutations) => {
      let document = seed
      for (const { at, removed, inserted } of mutations) {
        const cut = at % (document.length + 1)
        document = Buffer.concat([document.subarray(0, cut), Buffer.from(inserted), document.subarray(cut + removed)])
      }
      const expected = oracle(document)
      if (expected === undefined) {
        try {
          assert.notEqual(slice(document).kind, 'array')
        } catch (error) {
          assert.ok(error instanceof KafkaError && error.error === 'INVALID_REQUEST', String(error))
        }
      } else {
        accepted++
        assert.deepEqual(
          elements(document).map((element) => JSON.parse(element.toString())),
          expected,
        )
      }
    }),
    { seed: SEED, numRuns: 30_000 },
  )
  assert.ok(accepted > 1_000, `only ${accepted} mutations stayed valid`)
})

test('random bytes never make it throw anything but a refusal', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
      try {
        slice(Buffer.from(bytes))
      } catch (error) {
        assert.ok(error instanceof KafkaError && error.error === 'INVALID_REQUEST', String(error))
      }
    }),
    { seed: SEED, numRuns: 3000 },
  )
})

test('what is valid JSON stays as it was spelled', () => {
  const objects = [
    '{"a":1,"a":2}',
    '{"a" :\t[ 1 ,2 ] }',
    '{"n":[-0,0,-0.0,1E+2,1e-2,0.1e1,123456789012345678901234567890,1e999]}',
    String.raw`{"s":"\"\\\/\b\f\n\r\t\u0000\uD834\udd1e"}`,
    String.raw`{"lone surrogates":"\ud800 \udfff \ud800\ud800"}`,
    '{"":"","\u007f\u2028":"\u{10ffff}"}',
    '{"__proto__":{"a":null}}',
  ]
  assert.deepEqual(texts(`[${objects.join(',')}]`), objects)
})

test('every kind of whitespace may stand around elements, and no other', () => {
  assert.deepEqual(texts(' \t\r\n[\t{}\r\n, {"a" : {} }\n]\r '), ['{}', '{"a" : {} }'])
  refuses('[{},\f{}]', 'unexpected byte 0x0c in element 1, at byte 4')
  refuses('[{},\u00a0{}]', 'unexpected byte 0xc2 in element 1, at byte 4')
})

test('an empty array, an empty object and a lone object are told apart', () => {
  assert.deepEqual(texts('[]'), [])
  assert.deepEqual(texts(' [ ] '), [])
  assert.deepEqual(slice(Buffer.from(' { \n} ')), { kind: 'empty-object' })
  assert.deepEqual(slice(Buffer.from(' {"a":[{}]} ')), { kind: 'object', range: Int32Array.of(1, 11) })
  refuses('{} {}', "'{' follows the end of the JSON text, at byte 3")
  refuses('{"a":}', "unexpected '}', at byte 5")
})

test('elements that are no objects are named', () => {
  refuses('[{},{},{},7]', 'element 3 is a number; every element must be an object, at byte 10')
  refuses('["{}"]', 'element 0 is a string; every element must be an object, at byte 1')
  refuses('[{},[{}]]', 'element 1 is an array; every element must be an object, at byte 4')
  refuses('[null]', 'element 0 is null; every element must be an object, at byte 1')
  refuses('[true]', 'element 0 is a boolean; every element must be an object, at byte 1')
  refuses('[false]', 'element 0 is a boolean; every element must be an object, at byte 1')
  refuses('[-1e5]', 'element 0 is a number; every element must be an object, at byte 1')
})

test('bodies that are no array are named', () => {
  refuses('"[]"', 'the body is a string; it must be an array of objects, at byte 0')
  refuses(' 12', 'the body is a number; it must be an array of objects, at byte 1')
  refuses('null', 'the body is null; it must be an array of objects, at byte 0')
  refuses('', 'the body is empty; it must be an array of objects')
  refuses(' \n', 'unexpected end of the body, at byte 2')
  refuses('nothing', "unexpected 'o', at byte 1")
})

test('what is not JSON is refused with its byte', () => {
  const cases: [document: string, message: string][] = [
    ['[{"a":1}}]', "unexpected '}' in element 1, at byte 8"],
    ['[{"a":1]', "unexpected ']' in element 0, at byte 7"],
    ['[{},]', "unexpected ']' in element 1, at byte 4"],
    ['[,{}]', "unexpected ',' in element 0, at byte 1"],
    ['[{}{}]', "unexpected '{' in element 1, at byte 3"],
    ['[{"a":1,}]', "unexpected '}' in element 0, at byte 8"],
    ['[{,}]', "unexpected ',' in element 0, at byte 2"],
    ['[{"a"}]', "unexpected '}' in element 0, at byte 5"],
    ['[{"a":[1,]}]', "unexpected ']' in element 0, at byte 9"],
    ['[{a:1}]', "unexpected 'a' in element 0, at byte 2"],
    ["[{'a':1}]", "unexpected ''' in element 0, at byte 2"],
    ['[{"a":NaN}]', "unexpected 'N' in element 0, at byte 6"],
    ['[{"a":Infinity}]', "unexpected 'I' in element 0, at byte 6"],
    ['[{"a":01}]', "unexpected '1' in element 0, at byte 7"],
    ['[{"a":+1}]', "unexpected '+' in element 0, at byte 6"],
    ['[{"a":-}]', "unexpected '}' in element 0, at byte 7"],
    ['[{"a":.5}]', "unexpected '.' in element 0, at byte 6"],
    ['[{"a":1.}]', "unexpected '}' in element 0, at byte 8"],
    ['[{"a":1e}]', "unexpected '}' in element 0, at byte 8"],
    ['[{"a":0x1}]', "unexpected 'x' in element 0, at byte 7"],
    ['[{"a":tru}]', "unexpected '}' in element 0, at byte 9"],
    ['[{"a":nul', 'unexpected end of the body in element 0, at byte 9'],
    [String.raw`[{"a":"\x"}]`, "unexpected 'x' in element 0, at byte 8"],
    [String.raw`[{"a":"\u12g4"}]`, "unexpected 'g' in element 0, at byte 11"],
    ['[{"a":"\n"}]', 'unexpected byte 0x0a in element 0, at byte 7'],
    ['[{"a":"\u001f"}]', 'unexpected byte 0x1f in element 0, at byte 7'],
    ['[{"a":"\0"}]', 'unexpected byte 0x00 in element 0, at byte 7'],
    ['[{}\0]', 'unexpected byte 0x00 in element 1, at byte 3'],
    ['[{}]\0', 'byte 0x00 follows the end of the JSON text, at byte 4'],
    ['[{}] x', "'x' follows the end of the JSON text, at byte 5"],
    ['[{}],', "',' follows the end of the JSON text, at byte 4"],
    ['[{}', 'unexpected end of the body in element 1, at byte 3'],
    ['[', 'unexpected end of the body in element 0, at byte 1'],
    ['[{"a":"', 'unexpected end of the body in element 0, at byte 7'],
    ['[{"a":"\\', 'unexpected end of the body in element 0, at byte 8'],
    ['[{}/* */]', "unexpected '/' in element 1, at byte 3"],
  ]
  for (const [document, message] of cases) refuses(document, message)
})

test('a body that ends in the middle is refused wherever it ends', () => {
  const whole = SEEDS[4]!
  for (let length = 1; length < whole.length; length++) {
    assert.throws(() => slice(whole.subarray(0, length)), /unexpected end of the body in element \d, at byte \d+/)
  }
})

function inString(bytes: number[]): Buffer {
  return Buffer.concat([Buffer.from('[{"ü":"'), Buffer.from(bytes), Buffer.from('"}]')])
}

test('invalid UTF-8 and byte order marks are refused with their byte', () => {
  for (const bytes of [[0x80], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff], [0xe2, 0x82]]) {
    refuses(inString(bytes), 'the body is not valid UTF-8, at byte 8')
  }
  refuses(Buffer.from([0x5b, 0xc3]), 'the body is not valid UTF-8, at byte 1')
  const far = Buffer.concat([Buffer.from(`[{"a":"${'€'.repeat(50_000)}`), Buffer.from([0xff]), Buffer.from('"}]')])
  refuses(far, 'the body is not valid UTF-8, at byte 150007')
  refuses('\ufeff[]', 'the body starts with a byte order mark, which JSON does not allow, at byte 0')
})

/** The array and the element are two containers themselves. */
function nested(depth: number): string {
  return `[{"a":${'['.repeat(depth - 2)}${']'.repeat(depth - 2)}}]`
}

test('nesting has a limit', () => {
  assert.equal(texts(nested(JSON_DEPTH_MAX)).length, 1)
  refuses(nested(JSON_DEPTH_MAX + 1), `arrays and objects are nested deeper than 512, at byte ${6 + JSON_DEPTH_MAX - 2}`)
  refuses('['.repeat(100_000), 'element 0 is an array; every element must be an object, at byte 1')
  refuses(`[${'{"a":'.repeat(100_000)}`, `arrays and objects are nested deeper than 512, at byte ${1 + 511 * 5}`)
})

test('more elements than the scratch holds', () => {
  const document = `[${Array(100_000).fill('{}').join(',')}]`
  assert.equal(texts(document).length, 100_000)
  assert.deepEqual(texts('[{}]'), ['{}'])
})

test('bytes that lie behind the document are never read as its own', () => {
  // A document that goes on in the buffer behind it, as when many lie in one pool.
  const pool = Buffer.from('[{"a":1}]')
  assert.throws(() => sliceJsonArray(pool, 8), /unexpected end of the body in element 1, at byte 8/)
  assert.throws(() => sliceJsonArray(pool, 7), /unexpected end of the body in element 0, at byte 7/)
  const padded = Buffer.alloc(20)
  padded.write('[{"a":1}]')
  assert.deepEqual(sliceJsonArray(padded, 9), { kind: 'array', ranges: Int32Array.of(1, 8) })
})
