/** COUNT, SUM, AVG, MIN and MAX. */
import type { FuncCall, Node } from 'libpg-query'
import type { DataType } from '../data-type.ts'
import { cast } from './cast.ts'
import { sqlOf, written } from './expression.ts'
import type { Expression } from './expression.ts'
import { noFindings } from './scope.ts'
import type { Scope } from './scope.ts'
import { invalid, only, unsupported } from './tree.ts'
import { isDecimal, isFloat, isInteger } from './types.ts'

export const AGGREGATES = new Set(['count', 'sum', 'avg', 'min', 'max'])

/** @throws SqlError where no aggregate may stand */
export function aggregate(name: string, node: FuncCall, scope: Scope, read: (node: Node, scope: Scope) => Expression): Expression {
  if (node.over !== undefined) throw unsupported('window function')
  if (scope.noAggregates !== null) throw invalid(`aggregate functions are not allowed in ${scope.noAggregates}`)
  only(node, `call of ${name}()`, 'funcname', 'args', 'agg_star', 'agg_distinct', 'agg_filter', 'funcformat', 'location')
  scope.findings.aggregates++
  const inner: Scope = { ...scope, noAggregates: 'an aggregate function', findings: noFindings() }
  const filter = node.agg_filter === undefined ? '' : ` FILTER (WHERE ${lifted(sqlOf(read(node.agg_filter, inner), scope.draft), scope)})`
  const args = (node.args ?? []).map((arg) => read(arg, inner))
  // It would be one of that query.
  if (inner.findings.outer > 0 && inner.findings.loose.length === 0)
    throw unsupported('aggregate function of the columns of an outer query')
  if (node.agg_star === true) {
    if (name !== 'count') throw invalid(`function '${name}' takes 1 argument, not *`)
    return written(`count(*)${filter}`, 'BigInt')
  }
  const [arg] = args
  if (arg === undefined || args.length > 1) throw invalid(`function '${name}' takes 1 argument, not ${args.length}`)
  return written(...ofArgument(name, arg, node.agg_distinct === true ? 'DISTINCT ' : '', filter, scope))
}

function lifted(sql: string, { lift }: Scope): string {
  return lift?.(sql) ?? sql
}

function ofArgument(name: string, arg: Expression, distinct: string, filter: string, scope: Scope): [string, DataType | null] {
  const { draft } = scope
  const { dataType } = arg
  const of = (sqlName: string, value: Expression): string => `${sqlName}(${distinct}${lifted(sqlOf(value, draft), scope)})${filter}`
  switch (name) {
    case 'count':
      return [of('count', arg), 'BigInt']
    case 'avg':
      return [of('avg', isInteger(dataType) || isFloat(dataType) || dataType === null ? arg : cast(arg, 'Double', draft)), 'Double']
    case 'sum':
      return sumOf(arg, of, (value) => cast(value, 'Double', draft))
    default:
      return [of(isDecimal(dataType) ? `lb_decimal_${name}` : name, arg), dataType]
  }
}

function sumOf(
  arg: Expression,
  of: (name: string, value: Expression) => string,
  real: (value: Expression) => Expression,
): [string, DataType | null] {
  const { dataType } = arg
  if (isDecimal(dataType)) return [of('lb_decimal_sum', arg), { Decimal: { precision: 38, scale: dataType.Decimal.scale } }]
  if (isInteger(dataType)) return [of('sum', arg), 'BigInt']
  return isFloat(dataType) || dataType === null ? [of('sum', arg), dataType] : [of('sum', real(arg)), 'Double']
}
