/** Makes of any value what a column of a type keeps: generous in what is written, strict in what is kept. */
import type { DataType, SimpleType, SqliteValue } from '../data-type.ts'
import { toDecimal } from './decimal.ts'
import { parseDate, parseTime, parseTimestamp } from './instants.ts'

type Value = Exclude<SqliteValue, null>

/** The limit of SQLite's own JSON functions is 1,000. */
const JSON_DEPTH_MAX = 512
const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/u
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/iu
const WHOLE = /^\s*[+-]?\d+(?:\.0*)?\s*$/u

const CONVERSIONS: Readonly<Record<SimpleType, (value: Value) => Value | null>> = {
  Boolean: toBoolean,
  SmallInt: (value) => toInteger(value, 16),
  Int: (value) => toInteger(value, 32),
  BigInt: (value) => toInteger(value, 64),
  Float: toDouble,
  Double: toDouble,
  Text: toText,
  Bytes: toBytes,
  Json: toJson,
  Timestamp: (value) => (typeof value === 'string' ? parseTimestamp(value) : toInteger(value, 64)),
  DateTime: (value) => (typeof value === 'string' ? parseTimestamp(value) : toInteger(value, 64)),
  Date: (value) => (typeof value === 'string' ? parseDate(value) : toInteger(value, 32)),
  Time: (value) => (typeof value === 'string' ? parseTime(value) : toInteger(value, 64)),
  Uuid: toUuid,
  File: (value) => (isObjectText(value) ? value : null),
}

/** `null`: the value is none of the type. */
export function convert(value: Value, dataType: DataType): Value | null {
  if (typeof dataType === 'string') return CONVERSIONS[dataType](value)
  if ('Embedding' in dataType) return toEmbedding(value, dataType.Embedding)
  return value instanceof Uint8Array ? null : toDecimal(String(value), dataType.Decimal)
}

function toBoolean(value: Value): bigint | null {
  switch (String(value).trim().toLowerCase()) {
    case 'true':
    case 't':
    case 'yes':
    case 'on':
    case '1':
      return 1n
    case 'false':
    case 'f':
    case 'no':
    case 'off':
    case '0':
      return 0n
    default:
      return null
  }
}

function toInteger(value: Value, bits: 16 | 32 | 64): bigint | null {
  const integer = integerOf(value)
  return integer !== null && BigInt.asIntN(bits, integer) === integer ? integer : null
}

function integerOf(value: Value): bigint | null {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : null
  return typeof value === 'string' && WHOLE.test(value) ? BigInt(value.trim().replace(/\.0*$/u, '').replace('+', '')) : null
}

function toDouble(value: Value): number | null {
  if (value instanceof Uint8Array || (typeof value === 'string' && !NUMBER.test(value))) return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

function toText(value: Value): string | null {
  return value instanceof Uint8Array ? null : String(value)
}

/** As PostgreSQL's `\x…`; any other text is its bytes. */
function toBytes(value: Value): Uint8Array | null {
  if (value instanceof Uint8Array) return value
  if (typeof value !== 'string') return null
  if (!/^\\x(?:[0-9a-f]{2})*$/iu.test(value)) return Buffer.from(value)
  return Buffer.from(value.slice(2), 'hex')
}

function toUuid(value: Value): string | null {
  const parts = typeof value === 'string' ? UUID.exec(value.trim().toLowerCase()) : null
  return parts === null ? null : parts.slice(1).join('-')
}

function toJson(value: Value): string | null {
  if (value instanceof Uint8Array) return null
  const text = String(value)
  return parsed(text) === undefined ? null : text
}

/** `undefined`: it is no JSON, or deeper than it may be. */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isDeeper(text) ? undefined : value
  } catch {
    return undefined
  }
}

/** Of text that is JSON. */
function isDeeper(text: string): boolean {
  let [depth, isString] = [0, false]
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (isString) {
      if (char === '\\') at++
      else if (char === '"') isString = false
    } else if (char === '"') isString = true
    else if (char === '[' || char === '{') {
      if (++depth > JSON_DEPTH_MAX) return true
    } else if (char === ']' || char === '}') depth--
  }
  return false
}

function isObjectText(value: Value): value is string {
  if (typeof value !== 'string') return false
  const object = parsed(value)
  return typeof object === 'object' && object !== null && !Array.isArray(object)
}

function toEmbedding(value: Value, length: number): string | null {
  const numbers = typeof value === 'string' ? parsed(value) : undefined
  if (!Array.isArray(numbers) || numbers.length !== length) return null
  return numbers.every((number) => typeof number === 'number') ? JSON.stringify(numbers) : null
}
