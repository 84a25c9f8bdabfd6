/**
 * Who holds which stored file: table `file` of `sql.db`, written in the transaction of the rows that hold them.
 *
 * - A cell of a FILE column holds a file that came with the request, or one that the same table holds already for the same user. What a client
 *   writes into a reference gives access to nothing: of a reference only the id is believed, and the cell gets what is known of that file.
 * - A file that no cell holds when its transaction ends is forgotten here, and removed from the disk after the commit.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Catalog } from '../catalog/catalog.ts'
import { takeNumbers } from '../catalog/counter.ts'
import { physicalColumn, physicalTable } from '../catalog/physical-table.ts'
import { queryAll, queryOne, run as execute } from '../catalog/query.ts'
import type { Table } from '../catalog/table.ts'
import type { SqliteValue } from '../data-type.ts'
import { idIn, storedNameOf } from '../files/stored-name.ts'
import type { FileReference, FindFileRequest, FoundFile } from '../protocol.ts'
import { SqlError } from '../sql-error.ts'
import { readableFiles } from './file-access.ts'
import type { RowChange } from './row-change.ts'
import type { Run } from './run.ts'

/** Numbers for files to come, in the caller's transaction; the first of them. */
export function reserveFiles(database: DatabaseSync, count: number): number {
  return takeNumbers(database, 'file', count)
}

/** Those of the paths that cells hold. */
export function storedFiles(database: DatabaseSync, among: readonly string[]): readonly string[] {
  return among.filter((path) => rowOf(database, idIn(path.slice(path.indexOf('/') + 1)))?.path === path)
}

/**
 * A file for whoever may read it; `null`: no cell that they may read holds one of that name.
 *
 * @throws SqlError TABLE_NOT_FOUND, INVALID_INPUT, PERMISSION_DENIED
 */
export function findFile(database: DatabaseSync, catalog: Catalog, request: FindFileRequest): FoundFile | null {
  const { table, owner } = readableFiles(catalog, request)
  const file = rowOf(database, idIn(request.name))
  if (file === undefined || file.table_id !== table.id || file.owner !== owner) return null
  const names = [String(file.id), storedNameIn(file.path)]
  if (subfolderIn(file.path) !== request.subfolder || !names.includes(request.name)) return null
  return { path: file.path, reference: referenceOf(file) }
}

/**
 * What a cell of a FILE column is to hold for `owner`, given what a statement says that it holds: a reference as JSON text.
 *
 * @throws SqlError
 */
export function fileCell(
  run: Run,
  { table, owner, value }: { readonly table: Table; readonly owner: string; readonly value: string },
): string {
  const id = idOfReference(value)
  const brought = Object.values(run.files ?? {}).find((file) => file.id === id)
  // Nobody could read it there.
  if (table.type === 'stream') throw new SqlError('INVALID_INPUT', 'invalid-operation', 'FILE is not supported for STREAM tables')
  if (brought !== undefined) keep(run.database, { table, owner, reference: brought })
  const file = rowOf(run.database, id)
  if (file !== undefined && file.table_id === table.id && file.owner === owner) return cellOf(referenceOf(file))
  throw new SqlError(
    'SQL_EXECUTION_ERROR',
    'constraint',
    `Constraint violation: a FILE column takes FILE("name") with its part, or a file that table '${table.namespace}.${table.name}' holds already`,
  )
}

/** Counts who holds what after a row has changed. */
export function trackFiles({ database }: Run, { table, operation, row, old }: RowChange): void {
  for (const [index, column] of table.columns.entries()) {
    if (column.dataType !== 'File') continue
    const before = operation === 'delete' ? row.values[index] : old?.values[index]
    const after = operation === 'delete' ? null : row.values[index]
    if (before === after) continue
    addUses(database, { cell: after, uses: 1 })
    addUses(database, { cell: before, uses: -1 })
  }
}

/** Before a column goes: its cells hold nothing any more. */
export function releaseColumn(database: DatabaseSync, tableId: number, columnId: number): void {
  const cell = physicalColumn(columnId)
  const cells = queryAll(
    database,
    `SELECT ${cell} AS cell, count(*) AS uses FROM ${physicalTable(tableId)} WHERE deleted = 0 AND ${cell} IS NOT NULL GROUP BY 1`,
  ) as { cell: string; uses: number }[]
  for (const { cell: held, uses } of cells) addUses(database, { cell: held, uses: -uses })
}

/** Before a commit: what no cell holds is forgotten, and will be removed. */
export function dropUnusedFiles({ database, effects }: Pick<Run, 'database' | 'effects'>): void {
  if (effects.catalogChanged) execute(database, 'UPDATE file SET uses = 0 WHERE table_id NOT IN (SELECT id FROM table_)')
  const dropped = queryAll(database, 'DELETE FROM file WHERE uses = 0 RETURNING path') as { path: string }[]
  for (const { path } of dropped) effects.droppedFiles.push(path)
}

interface FileRow {
  readonly id: number
  readonly table_id: number
  readonly owner: string
  readonly path: string
  readonly name: string
  readonly size: number
  readonly mime: string
  readonly sha256: string
}

function rowOf(database: DatabaseSync, id: string | null): FileRow | undefined {
  if (id === null) return undefined
  return queryOne(database, 'SELECT * FROM file WHERE id = :id', { id: Number(id) }) as FileRow | undefined
}

/** The first table that takes it has it. */
function keep(
  database: DatabaseSync,
  { table, owner, reference }: { readonly table: Table; readonly owner: string; readonly reference: FileReference },
): void {
  const { id, sub, name, size, mime, sha256 } = reference
  execute(
    database,
    `INSERT INTO file (id, table_id, owner, path, name, size, mime, sha256, uses)
     VALUES (:id, :table, :owner, :path, :name, :size, :mime, :sha256, 0) ON CONFLICT DO NOTHING`,
    { id: Number(id), table: table.id, owner, path: `${sub}/${storedNameOf(id, name)}`, name, size, mime, sha256 },
  )
}

function addUses(database: DatabaseSync, { cell, uses }: { readonly cell: SqliteValue | undefined; readonly uses: number }): void {
  if (typeof cell !== 'string') return
  execute(database, 'UPDATE file SET uses = uses + :uses WHERE id = :id', { id: Number(idOfReference(cell)), uses })
}

/** Of JSON text. `null`: it is no reference. */
function idOfReference(text: string): string | null {
  try {
    const reference = JSON.parse(text) as { readonly id?: unknown } | null
    return typeof reference?.id === 'string' && idIn(reference.id) === reference.id ? reference.id : null
  } catch {
    return null
  }
}

function cellOf({ id, sub, name, size, mime, sha256 }: FileReference): string {
  return JSON.stringify({ id, sub, name, size, mime, sha256 })
}

function referenceOf({ id, path, name, size, mime, sha256 }: FileRow): FileReference {
  return { id: String(id), sub: subfolderIn(path), name, size, mime, sha256 }
}

function subfolderIn(path: string): string {
  return path.slice(0, path.indexOf('/'))
}

function storedNameIn(path: string): string {
  return path.slice(path.indexOf('/') + 1)
}
