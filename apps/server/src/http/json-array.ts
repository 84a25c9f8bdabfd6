/**
 * Finds where the objects of a JSON array lie in the bytes of a request body, so that each can be kept exactly as it was sent:
 * nothing is parsed into values and written again.
 *
 * - The body is strict RFC 8259 JSON in valid UTF-8 without a byte order mark, or it is refused as a whole.
 * - A range starts at an element's `{` and ends after its `}`: whitespace between elements belongs to none.
 * - Duplicate keys, escaped lone surrogates and numbers beyond a double are valid JSON and stay as they are.
 * - Nothing recurses, so that depth costs no stack: the containers that are open lie in an array of `JSON_DEPTH_MAX` bytes.
 *
 * What makes it twice as fast as `JSON.parse` of the same bytes:
 *
 * - UTF-8 is checked for the whole body at once (`isUtf8`, over 10 GB/s), so that the scanner looks at bytes, not characters.
 * - Zero bytes lie after the body. JSON allows NUL nowhere, so every loop ends there and none asks whether the body has ended.
 * - One look into a table of 256 tells a byte's class.
 *
 * The functions named `skip…` take where something starts and answer where it ends, or throw `Malformed`.
 */
import { isUtf8 } from 'node:buffer'
import { KafkaError } from '@logbrook/kafka/errors'
import { JSON_DEPTH_MAX } from '@logbrook/kafka/limits'

/** `ranges` are pairs of (start, end) into the body, end exclusive, one for each element (for `object`: one pair). */
export type JsonArraySlices =
  | { readonly kind: 'array'; readonly ranges: Int32Array }
  | { readonly kind: 'empty-object' }
  | { readonly kind: 'object'; readonly range: Int32Array }

/** Zero bytes that have to follow the body: the farthest that a scanner looks ahead is a `\uXXXX`. */
export const SENTINEL_BYTES = 8

/** Room for the ranges of 2,048 elements is kept from call to call. */
const RANGES_LENGTH_KEPT = 4_096

const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const LOWER_U = 0x75
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')
const NULL = Buffer.from('null')

const isWhitespace = byteClass(' \t\r\n')
const isDigit = byteClass('0123456789')
const isHexDigit = byteClass('0123456789abcdefABCDEF')
const isExponentMark = byteClass('eE')
const isSign = byteClass('+-')
const isShortEscape = byteClass('"\\/bfnrt')
/** What ends a run of ordinary bytes in a string: the closing quote, an escape, a control character (which is not allowed). */
const endsRun = byteClass(`"\\${String.fromCharCode(...Array(0x20).keys())}`)

function byteClass(members: string): Uint8Array {
  const table = new Uint8Array(256)
  for (const byte of Buffer.from(members)) table[byte] = 1
  return table
}

/** Pairs of (start, end), as many as come. */
class Ranges {
  #pairs = new Int32Array(RANGES_LENGTH_KEPT)
  #length = 0

  get count(): number {
    return this.#length / 2
  }

  push(start: number, end: number): void {
    if (this.#length === this.#pairs.length) {
      const longer = new Int32Array(this.#pairs.length * 2)
      longer.set(this.#pairs)
      this.#pairs = longer
    }
    this.#pairs[this.#length++] = start
    this.#pairs[this.#length++] = end
  }

  copy(): Int32Array {
    return this.#pairs.slice(0, this.#length)
  }

  clear(): void {
    this.#length = 0
    if (this.#pairs.length > RANGES_LENGTH_KEPT) this.#pairs = new Int32Array(RANGES_LENGTH_KEPT)
  }
}

// Scratch of the call that runs, empty between calls: to allocate it each time costs 2 µs of the 30 that a typical body takes.
const elements = new Ranges()
/** `closers[d]` is the byte that will close the container open at depth d. */
const closers = new Uint8Array(JSON_DEPTH_MAX + 1)

/**
 * The document is the first `length` bytes of `body`. Zeros behind them (`SENTINEL_BYTES`) save a copy.
 *
 * @throws KafkaError INVALID_REQUEST that names the byte, and the element by its index
 */
export function sliceJsonArray(body: Buffer, length: number): JsonArraySlices {
  const document = body.subarray(0, length)
  assertText(document)
  const bytes = withSentinel(document)
  try {
    return sliceDocument(bytes, length)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const where = bytes[skipWhitespace(bytes, 0)] === OPEN_BRACKET ? ` in element ${elements.count}` : ''
    const problem = error.problem ?? `unexpected ${describeByte(bytes, length, error.at)}${where}`
    throw new KafkaError('INVALID_REQUEST', `${problem}, at byte ${error.at}`)
  } finally {
    elements.clear()
  }
}

function sliceDocument(bytes: Uint8Array, length: number): JsonArraySlices {
  const start = skipWhitespace(bytes, 0)
  if (bytes[start] === OPEN_BRACKET) {
    assertNothingFollows(bytes, length, skipElements(bytes, start))
    return { kind: 'array', ranges: elements.copy() }
  }
  if (bytes[start] !== OPEN_BRACE) throw new Malformed(start, `the body is ${describeValue(bytes, start)}; it must be an array of objects`)
  const end = skipContainer(bytes, start, 0)
  assertNothingFollows(bytes, length, end)
  const isEmpty = bytes[skipWhitespace(bytes, start + 1)] === CLOSE_BRACE
  return isEmpty ? { kind: 'empty-object' } : { kind: 'object', range: Int32Array.of(start, end) }
}

function skipElements(bytes: Uint8Array, start: number): number {
  let at = skipWhitespace(bytes, start + 1)
  if (bytes[at] === CLOSE_BRACKET) return at + 1
  for (;;) {
    if (bytes[at] !== OPEN_BRACE) {
      throw new Malformed(at, `element ${elements.count} is ${describeValue(bytes, at)}; every element must be an object`)
    }
    const end = skipContainer(bytes, at, 1)
    elements.push(at, end)
    at = skipWhitespace(bytes, end)
    if (bytes[at] === CLOSE_BRACKET) return at + 1
    if (bytes[at] !== COMMA) throw new Malformed(at)
    at = skipWhitespace(bytes, at + 1)
  }
}

/** An object or array with all that is in it, `depth` containers around it. */
function skipContainer(bytes: Uint8Array, start: number, outerDepth: number): number {
  let at = start
  let depth = outerDepth
  let closer = 0
  for (;;) {
    // A value starts here.
    const byte = bytes[at]!
    if (byte === QUOTE) {
      at = skipString(bytes, at)
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (depth === JSON_DEPTH_MAX) throw new Malformed(at, `arrays and objects are nested deeper than ${JSON_DEPTH_MAX}`)
      // In ASCII a closing brace or bracket comes two after its opening one.
      closer = byte + 2
      closers[++depth] = closer
      at = skipWhitespace(bytes, at + 1)
      if (bytes[at] !== closer) {
        if (closer === CLOSE_BRACE) at = skipKey(bytes, at)
        continue
      }
    } else {
      at = skipScalar(bytes, at)
    }

    // A value ended here: containers may end with it, then a comma leads to the next value.
    at = skipWhitespace(bytes, at)
    while (bytes[at] === closer) {
      if (--depth === outerDepth) return at + 1
      closer = closers[depth]!
      at = skipWhitespace(bytes, at + 1)
    }
    if (bytes[at] !== COMMA) throw new Malformed(at)
    at = skipWhitespace(bytes, at + 1)
    if (closer === CLOSE_BRACE) at = skipKey(bytes, at)
  }
}

/** A key, its colon, and the whitespace before the value. */
function skipKey(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== QUOTE) throw new Malformed(start)
  const colon = skipWhitespace(bytes, skipString(bytes, start))
  if (bytes[colon] !== COLON) throw new Malformed(colon)
  return skipWhitespace(bytes, colon + 1)
}

function skipString(bytes: Uint8Array, start: number): number {
  let at = start + 1
  for (;;) {
    // Four bytes at a time gain 5 % on typical logs and 40 % on long messages.
    while ((endsRun[bytes[at]!]! | endsRun[bytes[at + 1]!]! | endsRun[bytes[at + 2]!]! | endsRun[bytes[at + 3]!]!) === 0) at += 4
    while (endsRun[bytes[at]!] === 0) at++
    const byte = bytes[at]
    if (byte === QUOTE) return at + 1
    if (byte !== BACKSLASH) throw new Malformed(at)
    at = skipEscape(bytes, at)
  }
}

function skipEscape(bytes: Uint8Array, start: number): number {
  const escaped = bytes[start + 1]!
  if (isShortEscape[escaped] === 1) return start + 2
  if (escaped !== LOWER_U) throw new Malformed(start + 1)
  for (let at = start + 2; at < start + 6; at++) if (isHexDigit[bytes[at]!] === 0) throw new Malformed(at)
  return start + 6
}

/** A number, `true`, `false` or `null`. */
function skipScalar(bytes: Uint8Array, start: number): number {
  const byte = bytes[start]
  if (byte === TRUE[0]) return skipLiteral(bytes, start, TRUE)
  if (byte === FALSE[0]) return skipLiteral(bytes, start, FALSE)
  if (byte === NULL[0]) return skipLiteral(bytes, start, NULL)
  return skipNumber(bytes, start)
}

function skipLiteral(bytes: Uint8Array, start: number, literal: Uint8Array): number {
  for (let i = 0; i < literal.length; i++) if (bytes[start + i] !== literal[i]) throw new Malformed(start + i)
  return start + literal.length
}

function skipNumber(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start
  at = bytes[at] === ZERO ? at + 1 : skipDigits(bytes, at)
  if (bytes[at] === DOT) at = skipDigits(bytes, at + 1)
  if (isExponentMark[bytes[at]!] === 1) at = skipDigits(bytes, isSign[bytes[at + 1]!] === 1 ? at + 2 : at + 1)
  return at
}

function skipDigits(bytes: Uint8Array, start: number): number {
  let at = start
  while (isDigit[bytes[at]!] === 1) at++
  if (at === start) throw new Malformed(at)
  return at
}

function skipWhitespace(bytes: Uint8Array, start: number): number {
  let at = start
  // Senders write compact JSON: asking this first gains 8 %.
  if (bytes[at]! > SPACE) return at
  while (isWhitespace[bytes[at]!] === 1) at++
  return at
}

function assertNothingFollows(bytes: Uint8Array, length: number, end: number): void {
  const at = skipWhitespace(bytes, end)
  if (at !== length) throw new Malformed(at, `${describeByte(bytes, length, at)} follows the end of the JSON text`)
}

function withSentinel(document: Buffer): Uint8Array {
  const { buffer, byteOffset, length } = document
  if (byteOffset + length + SENTINEL_BYTES <= buffer.byteLength) {
    const bytes = new Uint8Array(buffer, byteOffset, length + SENTINEL_BYTES)
    if (isZero(bytes, length)) return bytes
  }
  const bytes = new Uint8Array(length + SENTINEL_BYTES)
  bytes.set(document)
  return bytes
}

function isZero(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== 0) return false
  return true
}

// From here on: what is wrong, in words

/** Where the scanner met what it did not expect; `problem` says more than "unexpected" can. */
class Malformed extends Error {
  readonly at: number
  readonly problem: string | undefined

  constructor(at: number, problem?: string) {
    super('malformed JSON')
    this.at = at
    this.problem = problem
  }
}

function describeByte(bytes: Uint8Array, length: number, at: number): string {
  if (at >= length) return 'end of the body'
  const byte = bytes[at]!
  return byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte 0x${byte.toString(16).padStart(2, '0')}`
}

/** What starts at `start` and is no object. @throws Malformed when it is no value at all */
function describeValue(bytes: Uint8Array, start: number): string {
  const byte = bytes[start]
  if (byte === OPEN_BRACKET) return 'an array'
  if (byte === QUOTE) {
    skipString(bytes, start)
    return 'a string'
  }
  skipScalar(bytes, start)
  if (byte === NULL[0]) return 'null'
  return byte === TRUE[0] || byte === FALSE[0] ? 'a boolean' : 'a number'
}

function assertText(document: Buffer): void {
  if (document.length === 0) throw new KafkaError('INVALID_REQUEST', 'the body is empty; it must be an array of objects')
  if (document[0] === 0xef && document[1] === 0xbb && document[2] === 0xbf) {
    throw new KafkaError('INVALID_REQUEST', 'the body starts with a byte order mark, which JSON does not allow, at byte 0')
  }
  if (!isUtf8(document)) throw new KafkaError('INVALID_REQUEST', `the body is not valid UTF-8, at byte ${invalidUtf8At(document)}`)
}

/** Where the first bytes that are no character start: found in whole stretches, then character by character. */
function invalidUtf8At(document: Buffer): number {
  const STRETCH_BYTES = 65_536
  let at = 0
  for (;;) {
    let end = at + STRETCH_BYTES
    while ((document[end]! & 0xc0) === 0x80 && end > at + STRETCH_BYTES - 4) end--
    if (!isUtf8(document.subarray(at, end))) break
    at = end
  }
  for (;;) {
    const lead = document[at]!
    const end = at + (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4)
    if (!isUtf8(document.subarray(at, end))) return at
    at = end
  }
}
