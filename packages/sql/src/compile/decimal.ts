/**
 * Exact numbers as text: what columns of DECIMAL(p, s) keep. SQLite knows none, so it is told of them by functions (functions.ts).
 */
import type { DataType } from '../data-type.ts'

export type DecimalType = Extract<DataType, { readonly Decimal: unknown }>['Decimal']

/** `units · 10^-scale`. */
interface Decimal {
  readonly units: bigint
  readonly scale: number
}

const FORM = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?\s*$/iu
/** Beyond that it is no number of ours, and not worth the digits. */
const DIGITS_MAX = 100

/** `null`: it is no number, or one of too many digits. */
function parseDecimal(text: string): Decimal | null {
  const form = FORM.exec(text)
  if (form === null) return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = form
  const shift = Number(exponent)
  if (whole.length + fraction.length === 0 || whole.length + fraction.length + Math.abs(shift) > DIGITS_MAX) return null
  const units = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n)
  const scale = fraction.length - shift
  return scale < 0 ? { units: units * 10n ** BigInt(-scale), scale: 0 } : { units, scale }
}

/** Halves go away from zero. */
function rescale(decimal: Decimal, scale: number): bigint {
  if (decimal.scale <= scale) return decimal.units * 10n ** BigInt(scale - decimal.scale)
  const divisor = 10n ** BigInt(decimal.scale - scale)
  const half = (divisor / 2n) * (decimal.units < 0n ? -1n : 1n)
  return (decimal.units + half) / divisor
}

function format({ units, scale }: Decimal): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  const sign = units < 0n ? '-' : ''
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** With all digits of the type's scale; `null`: it is no number, or has more digits before the point than the type. */
export function toDecimal(text: string, { precision, scale }: DecimalType): string | null {
  const decimal = parseDecimal(text)
  if (decimal === null) return null
  const units = rescale(decimal, scale)
  const size = units < 0n ? -units : units
  return size < 10n ** BigInt(precision) ? format({ units, scale }) : null
}

/** Text that sorts as the numbers do, and is the same where they are; `null`: it is no number. */
export function decimalKey(text: string): string | null {
  const decimal = parseDecimal(text)
  if (decimal === null) return null
  const [whole = '', fraction = ''] = format(decimal).replace('-', '').split('.')
  const integer = whole.replace(/^0+/u, '')
  const digits = integer + fraction.replace(/0+$/u, '')
  const length = String(integer.length).padStart(3, '0')
  if (decimal.units >= 0n) return `1${length}${digits}`
  // Nines' complement; the end sorts after every digit, so that -1 comes after -1.5.
  return `0${(length + digits).replace(/\d/gu, (digit) => String(9 - Number(digit)))}~`
}

export type DecimalOperator = '+' | '-' | '*'

/** `null`: one of them is no number, or has too many digits. */
export function calculate(left: string, operator: DecimalOperator, right: string): string | null {
  const [a, b] = [parseDecimal(left), parseDecimal(right)]
  if (a === null || b === null) return null
  if (operator === '*') return format({ units: a.units * b.units, scale: a.scale + b.scale })
  const scale = Math.max(a.scale, b.scale)
  const [x, y] = [rescale(a, scale), rescale(b, scale)]
  return format({ units: operator === '+' ? x + y : x - y, scale })
}
