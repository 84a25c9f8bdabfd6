/** What a value becomes on its way into a column, before the column's own rules (values.ts) see it: those know no types. */
import type { DataType } from '../data-type.ts'
import { cast } from './cast.ts'
import type { Draft } from './draft.ts'
import type { Expression } from './expression.ts'
import { isDecimal, isMoment, isSameType, isTemporal } from './types.ts'

/** Only what the value alone would not tell: that 1 is true, and that a number is a moment. */
export function assigned(value: Expression, to: DataType, draft: Draft): Expression {
  const { dataType: from } = value
  if (value.kind === 'constant') {
    if (isDecimal(to) && value.digits !== undefined) return { ...value, value: value.digits, dataType: 'Text' }
    if (value.isOpen) return value
  }
  if (from === null || isSameType(from, to)) return value
  const isWords = to === 'Text' || to === 'Json'
  const isOtherTime = isTemporal(from) && isTemporal(to) && !(isMoment(from) && isMoment(to))
  return (isWords && (from === 'Boolean' || isTemporal(from))) || isOtherTime ? cast(value, to, draft) : value
}
