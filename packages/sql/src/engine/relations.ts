/**
 * What a statement reads: each name in it, found, allowed, and as its user may see it.
 *
 * - Of USER and STREAM tables these are the rows of one user, of all tables those that are not deleted, of STREAM tables those that are young enough.
 */
import { physicalColumn, physicalTable } from '../catalog/physical-table.ts'
import type { Column, Table } from '../catalog/table.ts'
import type { Bind, Reference, Relation, RelationColumn } from '../compile/relation.ts'
import type { Relations } from '../compile/query.ts'
import { quoted } from '../compile/tree.ts'
import type { TableName } from '../language/statement.ts'
import { unknownTable } from '../sql-error.ts'
import { orderedTopic } from '../topics/topic-relation.ts'
import type { Run } from './run.ts'
import { systemRelation } from './system/relation.ts'
import { isSystemNamespace, qualified, readableTable } from './touched-tables.ts'

export interface ReadRelations {
  readonly relations: Relations
  /** The physical tables behind them, for the gate. */
  readonly tables: ReadonlySet<string>
}

/** Whose rows of a table a run works on; empty of a shared table. */
export function ownerIn(table: Table, { asUser }: Pick<Run, 'asUser'>): string {
  return table.type === 'shared' ? '' : asUser
}

/** How the gate knows a table. */
export function gateName(table: Table): string {
  return `main.${physicalTable(table.id)}`
}

/** @throws SqlError for what there is not, or may not be read */
export async function openRelations(references: readonly Reference[], run: Run): Promise<ReadRelations> {
  const relations = new Map<Reference, Relation>()
  const tables = new Set<string>()
  for (const reference of references) relations.set(reference, await openRelation(reference, run, tables))
  return { relations, tables }
}

async function openRelation(reference: Reference, run: Run, tables: Set<string>): Promise<Relation> {
  if (reference.kind === 'topic') {
    const { topic, bounds, order } = reference
    return orderedTopic(await run.services.topicRecords(run.caller, topic, bounds), order, run.database)
  }
  const table = readableTable(reference.table, run)
  if (table === undefined) return await openSystemRelation(reference.table, run)
  tables.add(gateName(table))
  return tableRelation(table, run)
}

/** @throws SqlError when there is none of that name either */
async function openSystemRelation(table: TableName, run: Run): Promise<Relation> {
  const name = qualified(table, run)
  const relation = isSystemNamespace(name.namespace) ? await systemRelation(name, run) : null
  if (relation === null) throw unknownTable(name.namespace, name.name)
  return relation
}

/** A table's rows, as a run sees them. */
export function tableRelation(table: Table, run: Pick<Run, 'asUser' | 'nowMs'>): Relation {
  return rowsWhere(table, (bind) => visibleRows(table, run, bind))
}

/**
 * Those that are gone, as far as it is kept (table-rows.ts): as they were, but for the `_seq` by which they went. One that has lost its key, because
 * the column's type was changed since, is nobody's to recognize.
 */
export function deletedRelation(table: Table, run: Pick<Run, 'asUser'>): Relation {
  const keys = table.columns.filter(({ primaryKey }) => primaryKey).map(({ id }) => ` AND ${physicalColumn(id)} IS NOT NULL`)
  return rowsWhere(table, (bind) => `owner = ${bind(ownerIn(table, run))} AND deleted = 1${keys.join('')}`)
}

function rowsWhere(table: Table, condition: (bind: Bind) => string): Relation {
  const columns = relationColumns(table)
  const key = table.columns.find((column) => column.primaryKey)
  const selected = [
    ...table.columns.map((column) => `${physicalColumn(column.id)} AS ${quoted(column.name)}`),
    'seq AS _seq',
    ...(table.type === 'stream' ? [] : ['0 AS _deleted']),
    'rid AS _rid',
  ].join(', ')
  return {
    columns,
    order: [key?.name ?? '_seq'],
    render: (bind) => `(SELECT ${selected} FROM ${gateName(table)} WHERE ${condition(bind)})`,
  }
}

function relationColumns(table: Table): readonly RelationColumn[] {
  const system: RelationColumn[] = [{ name: '_seq', dataType: 'BigInt' }]
  if (table.type !== 'stream') system.push({ name: '_deleted', dataType: 'Boolean' })
  return [...table.columns.map(relationColumn), ...system]
}

function relationColumn({ name, dataType, primaryKey, nullable }: Column): RelationColumn {
  if (primaryKey) return { name, dataType, flags: ['pk', 'nn', 'uq'] }
  return { name, dataType, ...(!nullable && { flags: ['nn'] }) }
}

function visibleRows(table: Table, run: Pick<Run, 'asUser' | 'nowMs'>, bind: Bind): string {
  const conditions = [`owner = ${bind(ownerIn(table, run))}`, 'deleted = 0']
  if (table.ttlSeconds !== null) conditions.push(`written_ms > ${bind(youngestExpiredMs(table.ttlSeconds, run.nowMs))}`)
  return conditions.join(' AND ')
}

/** Rows of a STREAM table that were written then, or before, are gone. */
export function youngestExpiredMs(ttlSeconds: number, nowMs: number): number {
  return nowMs - ttlSeconds * 1_000
}
