/** `+ - * / %` and `||`. Whole numbers divide to whole numbers; decimals stay exact. */
import type { DataType } from '../data-type.ts'
import { cast, commonTypeOf } from './cast.ts'
import type { DecimalOperator } from './decimal.ts'
import type { Draft } from './draft.ts'
import { sqlOf, written } from './expression.ts'
import type { Expression, Written } from './expression.ts'
import { isDecimal, isFloat, isInteger, isTemporal } from './types.ts'

export const ARITHMETIC = new Set(['+', '-', '*', '/', '%'])

export function concatenation(left: Expression, right: Expression, draft: Draft): Written {
  return written(`(${sqlOf(cast(left, 'Text', draft), draft)} || ${sqlOf(cast(right, 'Text', draft), draft)})`, 'Text')
}

export function negation(value: Expression, draft: Draft): Expression {
  const number = numbered(value, 'BigInt', draft)
  if (isDecimal(number.dataType)) return written(`lb_decimal_calculate('0', '-', ${sqlOf(number, draft)})`, number.dataType)
  return written(`(- ${sqlOf(number, draft)})`, number.dataType)
}

export function arithmetic(operator: string, left: Expression, right: Expression, draft: Draft): Expression {
  const a = numbered(left, right.dataType, draft)
  const b = numbered(right, left.dataType, draft)
  if (isTemporal(a.dataType) || isTemporal(b.dataType)) return shift(operator, a, b, draft)
  const dataType = commonTypeOf([a, b])
  if (isDecimal(dataType) && operator !== '/' && operator !== '%') return decimal(operator as DecimalOperator, a, b, draft)
  if (operator === '/') return division(a, b, dataType, draft)
  if (operator === '%') return remainder(a, b, dataType, draft)
  return written(`(${sqlOf(a, draft)} ${operator} ${sqlOf(b, draft)})`, dataType)
}

/** A string among numbers is the number that it says. */
function numbered(value: Expression, other: DataType | null, draft: Draft): Expression {
  if (value.dataType !== 'Text') return value
  if (value.kind === 'written') return written(`lb_number(${value.sql})`, 'Double')
  if (other !== null && other !== 'Text') return cast(value, other, draft)
  return cast(value, /^\s*[+-]?\d+\s*$/u.test(String(value.value)) ? 'BigInt' : 'Double', draft)
}

function shift(operator: string, a: Expression, b: Expression, draft: Draft): Written {
  const dataType = isTemporal(a.dataType) && isTemporal(b.dataType) ? 'BigInt' : isTemporal(a.dataType) ? a.dataType : b.dataType
  return written(`(${sqlOf(a, draft)} ${operator} ${sqlOf(b, draft)})`, dataType)
}

function decimal(operator: DecimalOperator, a: Expression, b: Expression, draft: Draft): Written {
  const scale = operator === '*' ? scaleOf(a) + scaleOf(b) : Math.max(scaleOf(a), scaleOf(b))
  const text = (value: Expression): string =>
    value.kind === 'constant' && value.value !== null ? draft.bind(value.digits ?? String(value.value)) : sqlOf(value, draft)
  return written(`lb_decimal_calculate(${text(a)}, '${operator}', ${text(b)})`, { Decimal: { precision: 38, scale: Math.min(scale, 38) } })
}

function scaleOf(value: Expression): number {
  if (isDecimal(value.dataType)) return value.dataType.Decimal.scale
  return value.kind === 'constant' ? (value.digits?.split('.')[1]?.length ?? 0) : 0
}

function division(a: Expression, b: Expression, dataType: DataType | null, draft: Draft): Written {
  if (isInteger(dataType)) {
    const divisor = b.kind === 'constant' && b.value !== 0n ? sqlOf(b, draft) : `lb_divisor(${sqlOf(b, draft)})`
    return written(`(${sqlOf(a, draft)} / ${divisor})`, dataType)
  }
  if (dataType === null) return written(`(${sqlOf(a, draft)} / ${sqlOf(b, draft)})`, null)
  return written(`(${real(a, draft)} / ${real(b, draft)})`, 'Double')
}

function remainder(a: Expression, b: Expression, dataType: DataType | null, draft: Draft): Written {
  if (isInteger(dataType)) return written(`(${sqlOf(a, draft)} % lb_divisor(${sqlOf(b, draft)}))`, dataType)
  return written(`mod(${real(a, draft)}, ${real(b, draft)})`, 'Double')
}

function real(value: Expression, draft: Draft): string {
  return isFloat(value.dataType) ? sqlOf(value, draft) : sqlOf(cast(value, 'Double', draft), draft)
}
