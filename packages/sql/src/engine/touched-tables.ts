/** Names of tables: what they stand for, and whether their caller may. */
import type { Catalog } from '../catalog/catalog.ts'
import type { Table } from '../catalog/table.ts'
import type { ParsedChange } from '../compile/changes.ts'
import type { TableName } from '../language/statement.ts'
import type { SqlCaller } from '../services.ts'
import { invalidOperation, unknownTable } from '../sql-error.ts'
import { assertMayRead, assertMayReadSystem, assertMayWrite } from './access.ts'

export interface Names {
  readonly catalog: Catalog
  /** What unqualified names lie in. */
  readonly namespace: string
}

export interface QualifiedName extends TableName {
  readonly namespace: string
}

type Asked = Names & { readonly caller: SqlCaller }

/** Of tables that have no rows of their own. */
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(['system', 'information_schema'])

export function isSystemNamespace(namespace: string): boolean {
  return SYSTEM_NAMESPACES.has(namespace)
}

export function qualified({ namespace, name }: TableName, names: Pick<Names, 'namespace'>): QualifiedName {
  return { namespace: namespace ?? names.namespace, name }
}

export function findTable(names: Names, table: TableName): Table | undefined {
  const { namespace, name } = qualified(table, names)
  return names.catalog.table(namespace, name)
}

/** @throws SqlError when there is no such table */
export function requireTable(names: Names, table: TableName): Table {
  return findTable(names, table) ?? missingTable(table, names)
}

/** @throws SqlError */
export function missingTable(table: TableName, names: Pick<Names, 'namespace'>): never {
  const { namespace, name } = qualified(table, names)
  throw unknownTable(namespace, name)
}

/** `undefined`: there is no such table, or it is a system table that may be read. @throws SqlError PERMISSION_DENIED */
export function readableTable(name: TableName, asked: Asked): Table | undefined {
  const { role } = asked.caller
  const whole = qualified(name, asked)
  if (isSystemNamespace(whole.namespace)) assertMayReadSystem(whole, role)
  const table = findTable(asked, name)
  if (table !== undefined) assertMayRead(table, role)
  return table
}

/** The table that a statement changes; `undefined`: there is no such. @throws SqlError when its caller may not, or nobody may */
export function changedTable({ kind, target }: Pick<ParsedChange, 'kind' | 'target'>, asked: Asked): Table | undefined {
  const { namespace, name } = qualified(target, asked)
  if (isSystemNamespace(namespace)) throw invalidOperation(`Cannot ${kind} system table '${namespace}.${name}'`)
  const table = findTable(asked, target)
  if (table !== undefined) assertMayWrite(table, asked.caller.role)
  return table
}
