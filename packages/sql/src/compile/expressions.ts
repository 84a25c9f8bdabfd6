/**
 * Reads expressions. What is not named here is refused: nothing of a user's text is written, and nothing unknown goes by.
 */
import type { A_Expr, BoolExpr, BooleanTest, CaseExpr, ColumnRef, Node, SubLink } from 'libpg-query'
import { AGGREGATES, aggregate } from './aggregates.ts'
import { ARITHMETIC, arithmetic, concatenation, negation } from './arithmetic.ts'
import { call, coalesce, functionName, jsonContains } from './calls.ts'
import { cast, unified } from './cast.ts'
import { COMPARISONS, among, between, comparands, comparison, distinctness } from './compare.ts'
import { constantOf } from './constants.ts'
import type { Draft } from './draft.ts'
import { simple, sqlOf, written } from './expression.ts'
import type { Expression, Written } from './expression.ts'
import { intervalOf } from './intervals.ts'
import { memberOf, textMemberOf } from './json.ts'
import { like } from './like.ts'
import { resolveColumn } from './scope.ts'
import type { Scope } from './scope.ts'
import { compileSubquery } from './select.ts'
import { invalid, kindOf, only, stringOf, stringsOf, unsupported } from './tree.ts'
import { dataTypeOf } from './types.ts'

/** @throws SqlError */
export function expression(node: Node, scope: Scope): Expression {
  const known = constantOf(node, scope.draft.given)
  if (known !== null) return known
  const { loose, grouped } = scope.findings
  const before = loose.length
  const read = readExpression(node, scope)
  if (read.kind !== 'written' || !grouped.has(read.sql)) return read
  loose.length = before
  return groupedBy(read, scope)
}

/** An expression that a query groups by, where it stands outside of aggregates. */
export function groupedBy(read: Written, { lift }: Scope): Written {
  return lift === null ? read : simple(lift(read.sql), read.dataType)
}

function readExpression(node: Node, scope: Scope): Expression {
  const { draft } = scope
  if ('ColumnRef' in node) return column(node.ColumnRef, scope)
  if ('A_Expr' in node) return operation(node.A_Expr, scope)
  if ('BoolExpr' in node) return combination(node.BoolExpr, scope)
  if ('NullTest' in node) {
    only(node.NullTest, 'IS NULL', 'arg', 'nulltesttype', 'location')
    const test = node.NullTest.nulltesttype === 'IS_NULL' ? 'IS NULL' : 'IS NOT NULL'
    return written(`(${sqlOf(expression(required(node.NullTest.arg), scope), draft)} ${test})`, 'Boolean')
  }
  if ('BooleanTest' in node) return truthTest(node.BooleanTest, scope)
  if ('FuncCall' in node) {
    const name = functionName(node.FuncCall)
    if (AGGREGATES.has(name)) return aggregate(name, node.FuncCall, scope, expression)
    return call(node.FuncCall, (argument) => expression(argument, scope), draft)
  }
  if ('TypeCast' in node) {
    return cast(expression(required(node.TypeCast.arg), scope), dataTypeOf(node.TypeCast.typeName ?? {}), draft)
  }
  if ('CoalesceExpr' in node)
    return coalesce(
      (node.CoalesceExpr.args ?? []).map((arg) => expression(arg, scope)),
      draft,
    )
  if ('CaseExpr' in node) return choice(node.CaseExpr, scope)
  if ('SubLink' in node) return subquery(node.SubLink, scope)
  throw unsupported(`expression (${kindOf(node)})`)
}

function required(node: Node | undefined): Node {
  if (node === undefined) throw invalid('an operand is missing')
  return node
}

function column(node: ColumnRef, scope: Scope): Expression {
  const fields = node.fields ?? []
  if (fields.some((field) => 'A_Star' in field)) throw invalid('* can stand in a SELECT list only')
  return resolveColumn(fields.map(stringOf), scope)
}

function operation(node: A_Expr, scope: Scope): Expression {
  only(node, 'expression', 'kind', 'name', 'lexpr', 'rexpr', 'rexpr_list_start', 'rexpr_list_end', 'location')
  const { draft } = scope
  const [operator = '', ...qualified] = stringsOf(node.name)
  if (qualified.length > 0) throw unsupported('qualified operator')
  const right = required(node.rexpr)
  const read = (operand: Node): Expression => expression(operand, scope)
  const list = 'List' in right ? (right.List.items ?? []) : []
  const kind: string = node.kind ?? ''
  const left = node.lexpr === undefined ? null : read(node.lexpr)
  if (left === null) return unary(operator, read(right), scope)
  switch (kind) {
    case 'AEXPR_OP':
      return binary(operator, left, right, scope)
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
      return distinctness(kind === 'AEXPR_DISTINCT', left, read(right), draft)
    case 'AEXPR_IN':
      return among(operator === '<>', left, list.map(read), draft)
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
      return between(kind === 'AEXPR_NOT_BETWEEN', left, read(required(list[0])), read(required(list[1])), draft)
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE': {
      const [pattern, escape] = patternOf(right)
      const options = {
        isNegated: operator.startsWith('!'),
        ignoresCase: kind === 'AEXPR_ILIKE',
        escape: escape === null ? null : read(escape),
      }
      return like(left, read(pattern), options, draft)
    }
    case 'AEXPR_NULLIF':
      return emptied(left, read(right), draft)
    default:
      throw unsupported(`operator (${kind.replace('AEXPR_', '').toLowerCase().replaceAll('_', ' ')})`)
  }
}

/** `pattern ESCAPE character`, which PostgreSQL's parser makes a call of. */
function patternOf(node: Node): readonly [pattern: Node, escape: Node | null] {
  if (!('FuncCall' in node) || functionName(node.FuncCall) !== 'like_escape') return [node, null]
  const [pattern, escape] = node.FuncCall.args ?? []
  return [required(pattern), required(escape)]
}

/** NULLIF. */
function emptied(value: Expression, empty: Expression, draft: Draft): Expression {
  const sql = sqlOf(value, draft)
  const [a, b = ''] = comparands([value, empty], draft)
  if (a === sql || value.dataType === null) return written(`nullif(${sql}, ${b})`, value.dataType)
  return written(`nullif(${sql}, ${sqlOf(cast(empty, value.dataType, draft, 'soft'), draft)})`, value.dataType)
}

function unary(operator: string, value: Expression, { draft }: Scope): Expression {
  if (operator === '+') return value
  if (operator === '-') return negation(value, draft)
  throw unsupported(`operator '${operator}'`)
}

function binary(operator: string, left: Expression, rightNode: Node, scope: Scope): Expression {
  const { draft } = scope
  const interval = operator === '+' || operator === '-' ? intervalOf(rightNode) : null
  if (interval !== null) {
    const moment = sqlOf(cast(left, 'Timestamp', draft), draft)
    return written(`(${moment} ${operator} ${draft.bind(interval)})`, 'Timestamp')
  }
  const right = expression(rightNode, scope)
  if (COMPARISONS.has(operator)) return comparison(operator, left, right, draft)
  if (ARITHMETIC.has(operator)) return arithmetic(operator, left, right, draft)
  switch (operator) {
    case '||':
      return concatenation(left, right, draft)
    case '->':
      return memberOf(left, right, draft)
    case '->>':
      return textMemberOf(left, right, draft)
    case '?':
      return jsonContains(left, [right], draft)
    default:
      throw unsupported(`operator '${operator}'`)
  }
}

/** As SQL that is true, false or NULL. */
export function condition(node: Node, scope: Scope): string {
  const value = expression(node, scope)
  const { draft } = scope
  return sqlOf(value.dataType === 'Text' ? cast(value, 'Boolean', draft, value.kind === 'constant' ? 'strict' : 'soft') : value, draft)
}

function combination(node: BoolExpr, scope: Scope): Expression {
  const conditions = (node.args ?? []).map((arg) => condition(arg, scope))
  if (node.boolop === 'NOT_EXPR') return written(`(NOT ${conditions.join('')})`, 'Boolean')
  return written(joined(conditions, node.boolop === 'AND_EXPR' ? 'AND' : 'OR'), 'Boolean')
}

/** Halves of halves: SQLite counts how deep expressions are. */
function joined(conditions: readonly string[], operator: 'AND' | 'OR'): string {
  if (conditions.length <= 8) return `(${conditions.join(` ${operator} `)})`
  const middle = Math.ceil(conditions.length / 2)
  return `(${joined(conditions.slice(0, middle), operator)} ${operator} ${joined(conditions.slice(middle), operator)})`
}

const TRUTH_TESTS: Readonly<Record<string, string>> = {
  IS_TRUE: 'IS TRUE',
  IS_NOT_TRUE: 'IS NOT TRUE',
  IS_FALSE: 'IS FALSE',
  IS_NOT_FALSE: 'IS NOT FALSE',
  IS_UNKNOWN: 'IS NULL',
  IS_NOT_UNKNOWN: 'IS NOT NULL',
}

function truthTest(node: BooleanTest, scope: Scope): Expression {
  const test = TRUTH_TESTS[node.booltesttype ?? '']
  if (test === undefined) throw unsupported('test of a Boolean')
  return written(`(${condition(required(node.arg), scope)} ${test})`, 'Boolean')
}

function choice(node: CaseExpr, scope: Scope): Expression {
  const { draft } = scope
  const branches = (node.args ?? []).map((branch) => {
    if (!('CaseWhen' in branch)) throw unsupported('CASE')
    return { when: required(branch.CaseWhen.expr), result: expression(required(branch.CaseWhen.result), scope) }
  })
  const results = branches.map(({ result }) => result)
  if (node.defresult !== undefined) results.push(expression(node.defresult, scope))
  const { sql: values, dataType } = unified(results, draft)
  const [subject = '', ...tests] =
    node.arg === undefined
      ? ['', ...branches.map(({ when }) => condition(when, scope))]
      : comparands([expression(node.arg, scope), ...branches.map(({ when }) => expression(when, scope))], draft)
  const whens = tests.map((test, at) => ` WHEN ${test} THEN ${values[at] ?? 'NULL'}`)
  const otherwise = node.defresult === undefined ? '' : ` ELSE ${values.at(-1) ?? 'NULL'}`
  return written(`CASE ${subject}${whens.join('')}${otherwise} END`, dataType)
}

function subquery(node: SubLink, scope: Scope): Expression {
  only(node, 'subquery', 'subLinkType', 'subselect', 'testexpr', 'location')
  const { subLinkType, subselect, testexpr } = node
  if (subselect === undefined || !('SelectStmt' in subselect)) throw unsupported('subquery')
  const { sql, columns } = compileSubquery(subselect.SelectStmt, scope)
  if (subLinkType === 'EXISTS_SUBLINK') return written(`EXISTS (${sql})`, 'Boolean')
  const [first] = columns
  if (first === undefined || columns.length > 1) throw invalid(`a subquery must give one column, not ${columns.length}`)
  if (subLinkType === 'EXPR_SUBLINK') return written(`(${sql})`, first.dataType)
  if (subLinkType !== 'ANY_SUBLINK' || testexpr === undefined) throw unsupported('subquery (ANY, ALL or ARRAY)')
  const member = written(first.sql, first.dataType)
  const [left = '', right = ''] = comparands([expression(testexpr, scope), member], scope.draft)
  const list = right === member.sql ? sql : `SELECT ${right} FROM (${sql})`
  return written(`(${left} IN (${list}))`, 'Boolean')
}
