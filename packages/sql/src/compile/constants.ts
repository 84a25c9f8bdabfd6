/** Values that are known before a query runs: literals, parameters, the time. */
import type { A_Const, Node, SQLValueFunction, TypeCast } from 'libpg-query'
import type { DataType, ParameterValue, SqliteValue } from '../data-type.ts'
import { SqlError } from '../sql-error.ts'
import { convert } from './convert.ts'
import type { Given } from './given.ts'
import { dayOf, formatDate, formatTime, formatTimestamp } from './instants.ts'
import { intervalOf } from './intervals.ts'
import { stringsOf, unsupported } from './tree.ts'
import { dataTypeOf, isMoment, isSameType, isTemporal, typeName } from './types.ts'
import { shown } from './values.ts'

export interface Constant {
  readonly kind: 'constant'
  readonly value: SqliteValue
  readonly dataType: DataType | null
  /** A string, or NULL, whose type is what it meets. */
  readonly isOpen: boolean
  /** Of a number with a fraction: all its digits, for those who can keep them. */
  readonly digits?: string
}

export function constant(value: SqliteValue, dataType: DataType | null): Constant {
  return { kind: 'constant', value, dataType, isOpen: false }
}

/** `null`: it is known only when the query runs. @throws SqlError */
export function constantOf(node: Node, given: Given): Constant | null {
  if ('A_Const' in node) return literal(node.A_Const)
  if ('ParamRef' in node) return parameter(node.ParamRef.number ?? 0, given)
  if ('SQLValueFunction' in node) return sessionValue(node.SQLValueFunction, given)
  if ('TypeCast' in node) return castOf(node.TypeCast, given)
  if ('FuncCall' in node) return callOf(stringsOf(node.FuncCall.funcname), node.FuncCall.args ?? [], given)
  if (!('A_Expr' in node) || node.A_Expr.kind !== 'AEXPR_OP') return null
  const { lexpr, rexpr, name } = node.A_Expr
  const sign = stringsOf(name)[0]
  const interval = rexpr === undefined ? null : intervalOf(rexpr)
  if (interval === null || lexpr === undefined || (sign !== '+' && sign !== '-')) return null
  const moment = constantOf(lexpr, given)
  if (moment === null || moment.value === null) return moment
  const micros = castConstant(moment, 'Timestamp').value
  return typeof micros === 'bigint' ? constant(sign === '+' ? micros + interval : micros - interval, 'Timestamp') : null
}

function literal(node: A_Const): Constant {
  if (node.isnull === true) return { kind: 'constant', value: null, dataType: null, isOpen: true }
  if (node.ival !== undefined) return constant(BigInt(node.ival.ival ?? 0), 'BigInt')
  if (node.fval !== undefined) return number(node.fval.fval ?? '0')
  if (node.boolval !== undefined) return constant(node.boolval.boolval === true ? 1n : 0n, 'Boolean')
  if (node.sval !== undefined) return { kind: 'constant', value: node.sval.sval ?? '', dataType: 'Text', isOpen: true }
  const bits = node.bsval?.bsval ?? ''
  if (/^x(?:[0-9a-f]{2})*$/iu.test(bits)) return constant(Buffer.from(bits.slice(1), 'hex'), 'Bytes')
  throw unsupported('bit string')
}

function number(text: string): Constant {
  // PostgreSQL reads 0x10 and 1_000 too.
  const digits = text.replaceAll('_', '')
  const size = digits.replace(/^[+-]/u, '')
  if (/^(?:\d+|0[xob][0-9a-f]+)$/iu.test(size)) {
    const integer = BigInt(size) * (digits.startsWith('-') ? -1n : 1n)
    if (BigInt.asIntN(64, integer) === integer) return constant(integer, 'BigInt')
  }
  const value = Number(digits)
  if (!Number.isFinite(value)) throw new SqlError('INVALID_SQL', 'syntax', `Invalid SQL: the number ${shown(text)} is too large`)
  return { ...constant(value, 'Double'), digits }
}

function parameter(place: number, given: Given): Constant {
  if (place < 1 || place > given.params.length) {
    const count = given.params.length
    throw new SqlError('INVALID_PARAMETER', 'parameter', `Parameter $${place} is not given: there are ${count} parameters`)
  }
  return ofParameter(given.params[place - 1] ?? null)
}

function ofParameter(value: ParameterValue): Constant {
  if (value === null) return { kind: 'constant', value, dataType: null, isOpen: true }
  if (typeof value === 'boolean') return constant(value ? 1n : 0n, 'Boolean')
  if (typeof value === 'string') return { kind: 'constant', value, dataType: 'Text', isOpen: true }
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return constant(value, 'BigInt')
  return { ...constant(Number(value), 'Double'), digits: String(value) }
}

function sessionValue(node: SQLValueFunction, given: Given): Constant {
  const name: string = node.op ?? ''
  switch (name) {
    case 'SVFOP_CURRENT_TIMESTAMP':
    case 'SVFOP_LOCALTIMESTAMP':
      return now(given)
    case 'SVFOP_CURRENT_DATE':
      return castConstant(now(given), 'Date')
    case 'SVFOP_CURRENT_TIME':
    case 'SVFOP_LOCALTIME':
      return castConstant(now(given), 'Time')
    case 'SVFOP_CURRENT_USER':
    case 'SVFOP_SESSION_USER':
      return constant(given.user, 'Text')
    case 'SVFOP_CURRENT_ROLE':
      return constant(given.role, 'Text')
    default:
      throw unsupported(`function ${name.replace('SVFOP_', '').toLowerCase()}`)
  }
}

function now(given: Given): Constant {
  return constant(BigInt(given.nowMs) * 1_000n, 'Timestamp')
}

function callOf(name: readonly string[], args: readonly Node[], given: Given): Constant | null {
  return name.length === 1 && name[0] === 'now' && args.length === 0 ? now(given) : null
}

function castOf(node: TypeCast, given: Given): Constant | null {
  if (node.arg === undefined || node.typeName === undefined || intervalOf({ TypeCast: node }) !== null) return null
  const value = constantOf(node.arg, given)
  return value === null ? null : castConstant(value, dataTypeOf(node.typeName))
}

/** @throws SqlError when the value is none of the type */
export function castConstant(from: Constant, dataType: DataType): Constant {
  if (from.value === null) return constant(null, dataType)
  const value = converted(from, dataType)
  if (value !== null) return constant(value, dataType)
  throw cannotCast(from.value, dataType)
}

export function cannotCast(value: SqliteValue, dataType: DataType): SqlError {
  return new SqlError(
    'SQL_EXECUTION_ERROR',
    'execution',
    `Execution error: Cannot cast ${shown(value)} to a value of type ${typeName(dataType)}`,
  )
}

/** `null`: it is none of the type. */
export function converted({ value, dataType: from, digits }: Constant, to: DataType): SqliteValue {
  if (value === null || isSameType(from, to)) return value
  if (typeof value === 'bigint' && from !== null) {
    if (to === 'Text' || to === 'Json') return textOf(value, from)
    if (isMoment(from) && to === 'Date') return dayOf(value)
    if (isMoment(from) && to === 'Time') return value - dayOf(value) * 86_400_000_000n
    if (from === 'Date' && isMoment(to)) return value * 86_400_000_000n
  }
  // Fractions are cut off, as by a cast of a column.
  if (typeof value === 'number' && (to === 'SmallInt' || to === 'Int' || to === 'BigInt')) return convert(Math.trunc(value), to)
  return convert(digits !== undefined && typeof to !== 'string' ? digits : value, to)
}

/** A kept value of a type as text. */
function textOf(value: bigint, dataType: DataType): string {
  if (dataType === 'Boolean') return value === 0n ? 'false' : 'true'
  if (!isTemporal(dataType)) return String(value)
  if (dataType === 'Date') return formatDate(value)
  return dataType === 'Time' ? formatTime(value) : formatTimestamp(value)
}
