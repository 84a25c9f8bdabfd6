/** What a column is called that a query gives no name. */
import type { Node } from 'libpg-query'
import { functionName } from './calls.ts'
import { stringsOf } from './tree.ts'

/** Longer ones are cut. */
const NAME_CHARS_MAX = 256

/** Columns by their names; everything else about as it was written: `count(*)`, `a + 1`. */
export function nameOf(node: Node): string {
  return shortened(words(node))
}

function shortened(name: string): string {
  return name.length > NAME_CHARS_MAX ? `${name.slice(0, NAME_CHARS_MAX)}…` : name
}

function words(node: Node): string {
  if ('ColumnRef' in node)
    return (node.ColumnRef.fields ?? []).flatMap((field) => ('String' in field ? [field.String.sval ?? ''] : [])).at(-1) ?? '*'
  if ('ParamRef' in node) return `$${node.ParamRef.number ?? 0}`
  if ('A_Const' in node) {
    const { ival, fval, boolval, sval, isnull } = node.A_Const
    if (isnull === true) return 'NULL'
    return String(
      ival?.ival ?? fval?.fval ?? sval?.sval ?? (boolval === undefined ? (ival === undefined ? '' : 0) : boolval.boolval === true),
    )
  }
  if ('FuncCall' in node) {
    const { args = [], agg_star: isStar, agg_distinct: isDistinct } = node.FuncCall
    return `${functionName(node.FuncCall)}(${isDistinct === true ? 'distinct ' : ''}${isStar === true ? '*' : args.map(nameOf).join(', ')})`
  }
  if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_OP') {
    const { lexpr, rexpr, name } = node.A_Expr
    return [lexpr === undefined ? [] : [nameOf(lexpr)], ...stringsOf(name), rexpr === undefined ? [] : [nameOf(rexpr)]].flat().join(' ')
  }
  if ('TypeCast' in node && node.TypeCast.arg !== undefined) return nameOf(node.TypeCast.arg)
  if ('CoalesceExpr' in node) return `coalesce(${(node.CoalesceExpr.args ?? []).map(nameOf).join(', ')})`
  if ('SQLValueFunction' in node) return (node.SQLValueFunction.op ?? '').replace('SVFOP_', '').toLowerCase()
  if ('CaseExpr' in node) return 'case'
  return 'SubLink' in node && node.SubLink.subLinkType === 'EXISTS_SUBLINK' ? 'exists' : '?column?'
}
