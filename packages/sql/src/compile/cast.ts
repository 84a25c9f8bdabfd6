/** Makes an expression one of another type. */
import type { DataType } from '../data-type.ts'
import { castConstant, converted } from './constants.ts'
import type { Draft } from './draft.ts'
import { written, isNull, sqlOf } from './expression.ts'
import type { Expression, Written } from './expression.ts'
import { commonType, isDecimal, isFloat, isInteger, isMoment, isNumeric, isSameType, isTemporal } from './types.ts'

/** `strict` refuses what is none of the type; `soft` makes NULL of it. */
export type CastMode = 'strict' | 'soft'

/** @throws SqlError when it is known already that it cannot be */
export function cast(expression: Expression, to: DataType, draft: Draft, mode: CastMode = 'strict'): Expression {
  if (expression.kind === 'written') return castWritten(expression, to, draft, mode)
  if (mode === 'strict' || expression.value === null) return castConstant(expression, to)
  return { kind: 'constant', value: converted(expression, to), dataType: to, isOpen: false }
}

function castWritten(expression: Written, to: DataType, draft: Draft, mode: CastMode): Expression {
  const { sql, dataType: from } = expression
  if (isSameType(from, to)) return expression
  const direct = directCast(sql, from, to)
  if (direct !== null) return written(direct, to)
  if (isMoment(from) && to === 'Text') return written(`lb_timestamp_text(${sql})`, to)
  if (isMoment(from) && to === 'Date') return written(`lb_day(${sql})`, to)
  if (isMoment(from) && to === 'Time') return written(`(${sql} - 86400000000 * lb_day(${sql}))`, to)
  return written(`${mode === 'strict' ? 'lb_cast' : 'lb_convert'}(${sql}, ${draft.bind(JSON.stringify(to))})`, to)
}

/** In words of SQLite's alone; `null`: it has none. */
function directCast(sql: string, from: DataType | null, to: DataType): string | null {
  if (to === 'Text' || to === 'Json') return textCast(sql, from, to)
  if (isInteger(to)) {
    if (isInteger(from) || from === 'Boolean' || isTemporal(from)) return sql
    return isFloat(from) || isDecimal(from) ? `CAST(${sql} AS INTEGER)` : null
  }
  if (isFloat(to)) return isNumeric(from) || from === 'Boolean' ? `CAST(${sql} AS REAL)` : null
  if (to === 'Boolean') return isInteger(from) || isFloat(from) ? `(${sql} <> 0)` : null
  if (isMoment(to)) {
    if (isMoment(from) || isInteger(from)) return sql
    return from === 'Date' ? `(${sql} * 86400000000)` : null
  }
  return (to === 'Date' || to === 'Time') && isInteger(from) ? sql : null
}

function textCast(sql: string, from: DataType | null, to: 'Text' | 'Json'): string | null {
  if (from === 'Boolean') return `CASE ${sql} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END`
  if (from === null || isInteger(from) || isFloat(from)) return to === 'Json' && from === null ? null : `CAST(${sql} AS TEXT)`
  if (isDecimal(from)) return sql
  return to === 'Text' && (from === 'Uuid' || from === 'Json' || from === 'File' || typeof from !== 'string') ? sql : null
}

/** What several values are together, in one column or held against each other; strings and NULLs become what the others are. */
export function commonTypeOf(expressions: readonly Expression[]): DataType | null {
  const settled = expressions.filter((expression) => expression.kind === 'written' || !expression.isOpen)
  const exact = settled.filter((expression) => expression.kind === 'written' || expression.digits === undefined)
  // A number with a fraction that is written out is as exact as what it meets.
  const counted = exact.some(({ dataType }) => isDecimal(dataType)) ? exact : settled
  const types = counted.map(({ dataType }) => dataType)
  if (types.length > 0) return types.reduce(commonType)
  return expressions.every(isNull) ? null : 'Text'
}

/** `CASE … THEN 1 ELSE 'none' END` is text. */
function branchType(expressions: readonly Expression[]): DataType | null {
  const dataType = commonTypeOf(expressions)
  const fits = (value: Expression): boolean =>
    dataType === null || value.kind === 'written' || !value.isOpen || isNull(value) || converted(value, dataType) !== null
  return expressions.every(fits) ? dataType : 'Text'
}

/** Branches of one expression, columns of one set: all of one type. */
export function unified(
  expressions: readonly Expression[],
  draft: Draft,
): { readonly sql: readonly string[]; readonly dataType: DataType | null } {
  const dataType = branchType(expressions)
  const sql = expressions.map((expression) => sqlOf(dataType === null ? expression : cast(expression, dataType, draft), draft))
  return { sql, dataType }
}
