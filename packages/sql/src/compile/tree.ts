/** PostgreSQL's tree: nodes are objects of one member, which is named after their kind. */
import type { Node } from 'libpg-query'
import { SqlError } from '../sql-error.ts'

/** Something that PostgreSQL's parser reads, and we do not run. */
export function unsupported(what: string): SqlError {
  return new SqlError('INVALID_SQL', 'syntax', `Invalid SQL: Unsupported ${what}`)
}

export function invalid(what: string): SqlError {
  return new SqlError('INVALID_SQL', 'syntax', `Invalid SQL: ${what}`)
}

export function kindOf(node: Node): string {
  return Object.keys(node)[0] ?? 'nothing'
}

/** The white-list of a node: it says nothing but what is asked for by name. @throws SqlError */
export function only<T extends object>(node: T, what: string, ...members: readonly (keyof T & string)[]): void {
  for (const member of Object.keys(node)) {
    if (!(members as readonly string[]).includes(member)) throw unsupported(`${what} (${member})`)
  }
}

export function stringOf(node: Node): string {
  if (!('String' in node)) throw unsupported(`name (${kindOf(node)})`)
  return node.String.sval ?? ''
}

export function stringsOf(nodes: readonly Node[] = []): readonly string[] {
  return nodes.map(stringOf)
}

/** Of whole numbers that are written out. */
export function integersOf(nodes: readonly Node[] = []): readonly number[] {
  return nodes.map((node) => {
    if ('A_Const' in node && node.A_Const.ival !== undefined) return node.A_Const.ival.ival ?? 0
    throw unsupported('type modifier')
  })
}

/** In double quotes, for SQLite. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Whether any node in it is one that is sought. */
export function contains(value: unknown, isSought: (node: Node) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (isSought(value as Node)) return true
  return Object.values(value).some((member) => contains(member, isSought))
}

/** Whether there is a subquery in it. */
export function hasSubquery(value: unknown): boolean {
  return contains(value, (part) => 'SubLink' in part)
}
