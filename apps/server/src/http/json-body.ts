/**
 * JSON of requests that describe what they want.
 *
 * - A whole number that a double cannot hold exactly comes as a `bigint`, so that a limit of 2^63 is one at 2^63.
 * - Nesting is limited as it is on the intake.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import { JSON_DEPTH_MAX } from '@logbrook/kafka/limits'

/** Doubles hold every number of fewer digits exactly. */
const LONG_NUMBER = /[\d.]{16}/

/** What `JSON.parse` calls with each value; `source` is a number as it was written (ECMAScript's "JSON.parse source text access"). */
export type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown

/** @throws KafkaError INVALID_REQUEST */
export function parseJson(text: string, reviver: Reviver | undefined = LONG_NUMBER.test(text) ? exactNumber : undefined): unknown {
  assertDepth(text)
  try {
    return JSON.parse(text, reviver) as unknown
  } catch (error) {
    throw new KafkaError('INVALID_REQUEST', `the body is not valid JSON: ${(error as Error).message}`)
  }
}

function exactNumber(...[, value, context]: Parameters<Reviver>): unknown {
  const source = context?.source
  if (source === undefined || typeof value !== 'number' || !Number.isInteger(value)) return value
  if (Number.isSafeInteger(value) && /^-?\d+$/.test(source)) return value
  const exact = wholeNumber(source)
  // Rounding made it whole: it is not what was written, and no number that anyone could mean.
  if (exact === undefined) return NaN
  return exact >= Number.MIN_SAFE_INTEGER && exact <= Number.MAX_SAFE_INTEGER ? Number(exact) : exact
}

const NUMBER = /^(?<sign>-?)(?<whole>\d+)(?:\.(?<fraction>\d+))?(?:e(?<exponent>[+-]?\d+))?$/i
/** More than any number needs that can be asked for, and few enough that nobody makes us write a billion zeros. */
const DIGITS_MAX = 40

/** What a JSON number stands for, exactly; `undefined` where that is not whole, or too long to matter. */
function wholeNumber(source: string): bigint | undefined {
  const { sign = '', whole = '', fraction = '', exponent = '0' } = NUMBER.exec(source)?.groups ?? {}
  const digits = `${whole}${fraction}`
  const significant = digits.replace(/0+$/, '')
  const zeros = Number(exponent) + digits.length - significant.length - fraction.length
  if (significant === '') return 0n
  if (zeros < 0 || significant.length + zeros > DIGITS_MAX) return undefined
  return BigInt(`${sign}${significant}${'0'.repeat(zeros)}`)
}

/** Looks at brackets outside strings; whether they match is the parser's to say. */
function assertDepth(text: string): void {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (inString) {
      if (character === '\\') i++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth--
    if (depth > JSON_DEPTH_MAX) throw new KafkaError('INVALID_REQUEST', `the body nests deeper than the limit of ${JSON_DEPTH_MAX}`)
  }
}
