/** Holds values against each other: as what they have in common, whatever they are written as. */
import type { DataType } from '../data-type.ts'
import { cast, commonTypeOf } from './cast.ts'
import { cannotCast, converted } from './constants.ts'
import type { Constant } from './constants.ts'
import { decimalKey } from './decimal.ts'
import type { Draft } from './draft.ts'
import { isNull, sqlOf, written } from './expression.ts'
import type { Expression, Written } from './expression.ts'
import { textAt } from './json.ts'
import { isDecimal, isFloat, isInteger, isNumeric } from './types.ts'

/** More are handed over as one JSON array. */
const LISTED_MAX = 64

export const COMPARISONS = new Set(['=', '<>', '!=', '<', '<=', '>', '>='])

export function comparison(operator: string, left: Expression, right: Expression, draft: Draft): Expression {
  const [a = '', b = ''] = comparands([left, right], draft)
  return written(`(${a} ${operator === '!=' ? '<>' : operator} ${b})`, 'Boolean')
}

export function distinctness(isDistinct: boolean, left: Expression, right: Expression, draft: Draft): Expression {
  const [a = '', b = ''] = comparands([left, right], draft)
  return written(`(${a} ${isDistinct ? 'IS NOT' : 'IS'} ${b})`, 'Boolean')
}

export function between(isNegated: boolean, value: Expression, from: Expression, to: Expression, draft: Draft): Expression {
  const [a = '', b = '', c = ''] = comparands([value, from, to], draft)
  return written(`(${a} ${isNegated ? 'NOT BETWEEN' : 'BETWEEN'} ${b} AND ${c})`, 'Boolean')
}

export function among(isNegated: boolean, value: Expression, list: readonly Expression[], draft: Draft): Expression {
  const all = comparandsOf([value, ...list], draft)
  const [first, ...others] = all
  const known = others.flatMap((other) => (other.kind === 'constant' && !(other.value instanceof Uint8Array) ? [other.value] : []))
  const operator = isNegated ? 'NOT IN' : 'IN'
  const left = first === undefined ? 'NULL' : sqlOf(first, draft)
  if (others.length <= LISTED_MAX || known.length < others.length) {
    return written(`(${left} ${operator} (${others.map((other) => sqlOf(other, draft)).join(', ')}))`, 'Boolean')
  }
  const json = `[${known.map((member) => (typeof member === 'bigint' ? String(member) : JSON.stringify(member))).join(',')}]`
  return written(`(${left} ${operator} (SELECT value FROM json_each(${draft.bind(json)})))`, 'Boolean')
}

/** As SQL that SQLite itself compares right. */
export function comparands(expressions: readonly Expression[], draft: Draft): readonly string[] {
  return comparandsOf(expressions, draft).map((expression) => sqlOf(expression, draft))
}

function comparandsOf(expressions: readonly Expression[], draft: Draft): readonly Expression[] {
  const numbered = withNumbersFound(expressions, draft)
  const dataType = commonTypeOf(numbered)
  return numbered.map((expression) => comparand(expression, dataType, draft))
}

function comparand(expression: Expression, dataType: DataType | null, draft: Draft): Expression {
  if (dataType === null || isNull(expression)) return expression
  if (isDecimal(dataType)) return decimalComparand(expression, dataType)
  // SQLite holds whole numbers and fractions against each other as they are, and exactly.
  if (isNumeric(dataType) && isPlainNumber(expression.dataType)) return expression
  if (expression.kind === 'written') return cast(expression, dataType, draft, 'soft')
  return constantComparand(expression, dataType)
}

function isPlainNumber(dataType: DataType | null): boolean {
  return isInteger(dataType) || isFloat(dataType)
}

/** `'1.5'` is no whole number, and yet smaller than 2. */
function constantComparand(expression: Constant, dataType: DataType): Constant {
  const value = converted(expression, dataType) ?? (isNumeric(dataType) ? converted(expression, 'Double') : null)
  if (value === null) throw cannotCast(expression.value, dataType)
  return { kind: 'constant', value, dataType, isOpen: false }
}

function decimalComparand(expression: Expression, dataType: DataType): Expression {
  if (expression.kind === 'written') return written(`lb_decimal_key(${expression.sql})`, null)
  const key = decimalKey(expression.digits ?? String(expression.value))
  if (key === null) throw cannotCast(expression.value, dataType)
  return { kind: 'constant', value: key, dataType: 'Text', isOpen: false }
}

/** What `->>` finds is text; held against a number it is the number that it says. */
function withNumbersFound(expressions: readonly Expression[], draft: Draft): readonly Expression[] {
  if (!expressions.some((expression) => isText(expression) && expression.path !== undefined)) return expressions
  const others = expressions.filter((expression) => !isText(expression) && !isNull(expression))
  const areNumbers =
    others.some(({ dataType }) => isNumeric(dataType)) && others.every((other) => other.kind === 'written' || !other.isOpen)
  const known = expressions.flatMap((expression) => (expression.kind === 'constant' ? [expression.value] : []))
  return expressions.map((expression) => {
    if (!isText(expression) || expression.path === undefined) return expression
    return textAt(expression.path, draft, areNumbers ? 'number' : known.length === expressions.length - 1 ? known : 'text')
  })
}

function isText(expression: Expression): expression is Written {
  return expression.kind === 'written' && expression.dataType === 'Text'
}
