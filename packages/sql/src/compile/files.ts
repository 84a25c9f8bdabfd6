/** `FILE("name")`: a part of the form that the statement came in. */
import type { Node } from 'libpg-query'
import { SqlError } from '../sql-error.ts'
import { functionName } from './calls.ts'
import type { Given } from './given.ts'
import { invalid } from './tree.ts'

/** What its column keeps; `null`: the node is no placeholder. @throws SqlError */
export function placeholderOf(node: Node, { files }: Given): string | null {
  if (!('FuncCall' in node) || functionName(node.FuncCall) !== 'file') return null
  const name = placeholderName(node.FuncCall.args ?? [])
  if (files === null) throw new SqlError('INVALID_INPUT', 'invalid-operation', 'FILE placeholders require multipart/form-data')
  const file = Object.hasOwn(files, name) ? files[name] : undefined
  if (file === undefined) throw new SqlError('MISSING_FILE', 'invalid-operation', `FILE("${name}") has no part file:${name}`)
  return JSON.stringify(file)
}

/** In single or in double quotes. */
function placeholderName([argument, ...others]: readonly Node[]): string {
  if (argument !== undefined && others.length === 0) {
    if ('A_Const' in argument && argument.A_Const.sval !== undefined) return argument.A_Const.sval.sval ?? ''
    const [field, ...fields] = 'ColumnRef' in argument ? (argument.ColumnRef.fields ?? []) : []
    if (field !== undefined && fields.length === 0 && 'String' in field) return field.String.sval ?? ''
  }
  throw invalid('FILE takes the name of a part: FILE("name")')
}
