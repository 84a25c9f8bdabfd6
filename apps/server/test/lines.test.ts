import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sliceLines } from '../src/http/lines.ts'

function lines(body: Buffer): string[] {
  const ranges = sliceLines(body)
  return Array.from({ length: ranges.length / 2 }, (_, i) => body.toString('latin1', ranges[2 * i], ranges[2 * i + 1]))
}

test('lines end at LF or CRLF, the last one also at the end, and blank ones are skipped', () => {
  const cases: [body: string, lines: string[]][] = [
    ['', []],
    ['\n', []],
    ['\r\n\n\r\n', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\r\n', ['a']],
    ['a\nb', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\n\n\nb\n', ['a', 'b']],
    // A carriage return is an ending only before a line feed.
    ['a\rb\n', ['a\rb']],
    ['a\r', ['a\r']],
    ['a\r\r\n', ['a\r']],
    [' \n\t{"a": 1} \n', [' ', '\t{"a": 1} ']],
    ['\0\xff\n', ['\0\xff']],
  ]
  for (const [body, expected] of cases) assert.deepEqual(lines(Buffer.from(body, 'latin1')), expected, JSON.stringify(body))
})

test('lines are what splitting the text gives', () => {
  const text = fc.array(fc.constantFrom('a', 'b', '\n', '\r', '\r\n', '')).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, (body) => {
      assert.deepEqual(
        lines(Buffer.from(body)),
        body.split(/\r?\n/).filter((line) => line !== ''),
      )
    }),
    { seed: 20_264, numRuns: 2000 },
  )
})
