/**
 * Which live queries a changed row concerns: each is held against the row as it was and as it is, inside of the change's transaction.
 *
 * - A row that comes into what a query selects is an insertion to it, one that leaves it a deletion, whatever the statement was.
 * - A deletion's `old` carries the `_seq` that it was given: the tombstone's, or the version's that left.
 * - What is wrong with a query is its subscriber's to find out: it fails no change.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { LIVE_CHANGES_PER_TRANSACTION_MAX } from '@logbrook/kafka/limits'
import type { Table } from '../catalog/table.ts'
import { assertLive, compileQuery, parseQuery } from '../compile/query.ts'
import type { CompiledQuery } from '../compile/relation.ts'
import type { WatchedChange, WatchedTable } from '../protocol.ts'
import { givenOf } from './given.ts'
import { cellsOf, departed, TABLE_ALSO, withId } from './live-rows.ts'
import type { Cells } from './live-rows.ts'
import type { SqliteRow } from './query-rows.ts'
import type { RowChange, RowVersion } from './row-change.ts'
import { rowRelation } from './row-relation.ts'
import type { EffectsDraft, Run } from './run.ts'

/** What each query that watches a row is told of its change; to be called inside of the change's transaction. */
export function watchedChanges(run: Run, watched: readonly WatchedTable[], change: RowChange): readonly WatchedChange[] {
  return watched.flatMap((query) => {
    if (run.effects.changes.length >= LIVE_CHANGES_PER_TRANSACTION_MAX) return tooMany(run.effects, query, change)
    try {
      return changeFor(run, query, change)
    } catch {
      return []
    }
  })
}

function changeFor(run: Run, query: WatchedTable, { table, operation, row, old }: RowChange): readonly WatchedChange[] {
  const match = matcherOf(run, query, table)
  const now = operation === 'delete' ? null : match(row)
  const before = old === null ? null : match(old)
  if (now === null && before === null) return []
  const told = { key: query.key, owner: query.owner, tableId: table.id, seq: row.seq }
  if (now === null) return [{ ...told, operation: 'delete', row: null, old: departed(before!, row.seq, operation === 'delete') }]
  return [{ ...told, operation: before === null ? 'insert' : 'update', row: now, old: before }]
}

/** Those that were told so, by transaction. */
const toldTooMany = new WeakMap<EffectsDraft, Set<string>>()

/** Without a row, once: the subscriber is to begin anew. */
function tooMany(effects: EffectsDraft, { key, owner }: WatchedTable, { table, row }: RowChange): readonly WatchedChange[] {
  const told = toldTooMany.get(effects) ?? new Set()
  toldTooMany.set(effects, told)
  if (told.has(key)) return []
  told.add(key)
  return [{ key, owner, tableId: table.id, operation: 'update', seq: row.seq, row: null, old: null }]
}

/** The row as the query has it; `null` where it is none of the query's. */
type Matcher = (version: RowVersion) => Cells | null

interface Prepared {
  readonly tableVersion: number
  readonly nowMs: number
  readonly match: Matcher
}

/** Compiled once for each query, for as long as its table is what it was, and the time, where it names it. */
const prepared = new WeakMap<DatabaseSync, Map<string, Prepared>>()
const PREPARED_MAX = 1_000
const TIME = /\b(?:now|current_|localtime)/i

function matcherOf(run: Run, query: WatchedTable, table: Table): Matcher {
  const known = prepared.get(run.database) ?? new Map<string, Prepared>()
  prepared.set(run.database, known)
  const found = known.get(query.key)
  const isStill = found?.tableVersion === table.version && (found.nowMs === run.nowMs || !TIME.test(query.text))
  if (found !== undefined && isStill) return found.match
  if (known.size >= PREPARED_MAX) known.delete(known.keys().next().value!)
  const match = prepare(run, query, table)
  known.set(query.key, { tableVersion: table.version, nowMs: run.nowMs, match })
  return match
}

function prepare(run: Run, query: WatchedTable, table: Table): Matcher {
  const own = { ...run, namespace: query.namespace, caller: query.caller, asUser: query.caller.user, params: [] }
  const parsed = parseQuery(query.text, givenOf(own))
  const row = rowRelation(table)
  const relations = new Map([[assertLive(parsed), withId(table, row.relation)]])
  const compiled = compileQuery(parsed, relations, givenOf(own), { whole: true, also: TABLE_ALSO })
  const { database, gate } = run
  const statement = gate.closed(NOTHING, () => statementOf(database, compiled))
  return ({ seq, values }) => {
    const bindings = { ...compiled.bindings, ...row.bindings([...values, seq, 0n]) }
    const found = gate.closed(NOTHING, () => statement.get(bindings)) as SqliteRow | undefined
    return found === undefined ? null : cellsOf(found, compiled)
  }
}

const NOTHING: ReadonlySet<string> = new Set()

function statementOf(database: DatabaseSync, { sql }: CompiledQuery): StatementSync {
  const statement = database.prepare(sql)
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
  return statement
}
