/** Live queries, inside of an engine: what they are of, and the rows that there are. */
import { compileQuery, parseQuery, assertLive } from '../compile/query.ts'
import type { ParsedQuery } from '../compile/query.ts'
import type { CompiledQuery, Reference, Relation } from '../compile/relation.ts'
import { quoted } from '../compile/tree.ts'
import type { Described, EngineRequest, LiveRows, MatchedRecords, MatchedRow } from '../protocol.ts'
import { toErrorData } from '../process/error-data.ts'
import { givenTopic } from '../topics/topic-relation.ts'
import { readableError } from './error-text.ts'
import { givenOf } from './given.ts'
import { cellsOf, departed, extended, schemaOf, TABLE_ALSO, withId } from './live-rows.ts'
import { queryRows, visitRows } from './query-rows.ts'
import type { SqliteRow } from './query-rows.ts'
import { deletedRelation, openRelations, ownerIn } from './relations.ts'
import { NeedsWriter } from './run.ts'
import type { Run } from './run.ts'
import { findTable, qualified } from './touched-tables.ts'

type LiveRequest<K extends EngineRequest['kind']> = Extract<EngineRequest, { readonly kind: K }>

interface Opened {
  readonly source: Described['source']
  readonly parsed: ParsedQuery
  readonly relation: Relation
  /** Of a table: its rows that are gone. */
  readonly deleted: Relation | null
  /** For the gate. */
  readonly tables: ReadonlySet<string>
  readonly also: readonly string[]
}

/** @throws SqlError */
export async function describeLive(run: Run, text: string): Promise<Described> {
  const opened = await open(run, text)
  return { source: opened.source, schema: schemaOf(compile(run, opened, opened.relation)).filter(({ name }) => !HIDDEN.has(name)) }
}

/** In the order of `_seq`; those of a system table in their own. @throws SqlError */
export async function readLive(run: Run, request: LiveRequest<'read-live'>): Promise<LiveRows> {
  const opened = await open(run, request.text)
  if (opened.deleted === null) return readSystem(run, opened, request)
  const { after, upto, last, rowsMax, bytesMax } = request
  if (last === 0) return { rows: [], lastSeq: null, hasMore: false }
  const first = last === null ? after : beforeLast(run, opened, { upto, count: last })
  const query = compile(run, opened, between(request.deleted ? opened.deleted : opened.relation, first, upto, 'ASC'))
  const rows: LiveRows['rows'][number][] = []
  let lastSeq: bigint | null = null
  let bytes = 0
  let hasMore = false
  visitRows(run, query, opened.tables, (row) => {
    hasMore = rows.length === rowsMax || bytes >= bytesMax
    if (hasMore) return false
    lastSeq = seqOf(row)
    const cells = request.deleted ? departed(cellsOf(row, query), lastSeq, true) : cellsOf(row, query)
    bytes += JSON.stringify(cells).length
    rows.push(cells)
    return true
  })
  return { rows, lastSeq, hasMore }
}

/** What a query of a topic is held against: no engine has to ask the broker for it. @throws SqlError */
export async function matchRecords(run: Run, { queries, json }: LiveRequest<'match-records'>): Promise<MatchedRecords> {
  return queries.map(({ key, text, namespace, caller }) => {
    const own = { ...run, namespace, caller, asUser: caller.user }
    try {
      return { key, rows: matchedRows(own, text, json) }
    } catch (error) {
      if (error instanceof NeedsWriter) throw error
      return { key, rows: [], error: toErrorData(readableError(error, caller.role, null)) }
    }
  })
}

async function open(run: Run, text: string): Promise<Opened> {
  const parsed = parseQuery(text, givenOf(run))
  const reference = assertLive(parsed)
  if (reference.kind === 'topic') {
    const source = { kind: 'topic', topic: reference.topic } as const
    return { source, parsed, relation: recordsRelation('[]'), deleted: null, tables: NOTHING, also: TOPIC_ALSO }
  }
  const { relations, tables } = await openRelations([reference], run)
  const relation = relations.get(reference)!
  const { namespace, name } = qualified(reference.table, run)
  const table = findTable(run, reference.table)
  if (table === undefined) return { source: { kind: 'system', namespace, name }, parsed, relation, deleted: null, tables, also: [] }
  const owner = table.type === 'shared' ? null : ownerIn(table, run)
  const source = { kind: 'table', tableId: table.id, owner, namespace, name } as const
  const deleted = withId(table, deletedRelation(table, run))
  return { source, parsed, relation: withId(table, relation), deleted, tables, also: TABLE_ALSO }
}

function compile(run: Run, { parsed, also }: Pick<Opened, 'parsed' | 'also'>, relation: Relation): CompiledQuery {
  const relations = new Map<Reference, Relation>([[parsed.references[0]!, relation]])
  return compileQuery(parsed, relations, givenOf(run), { whole: true, also })
}

/** Of a table's rows those after one `_seq`, up to another. */
function between(relation: Relation, after: bigint | null, upto: bigint, order: 'ASC' | 'DESC'): Relation {
  return {
    ...relation,
    render(bind) {
      const bounds = `_seq <= ${bind(upto)}${after === null ? '' : ` AND _seq > ${bind(after)}`}`
      return `(SELECT * FROM ${relation.render(bind)} WHERE ${bounds} ORDER BY _seq ${order})`
    },
  }
}

/** The `_seq` after which the last `count` rows begin; `null` where there are no more than those. */
function beforeLast(run: Run, opened: Opened, { upto, count }: { readonly upto: bigint; readonly count: number }): bigint | null {
  const query = compile(run, opened, between(opened.relation, null, upto, 'DESC'))
  let seen = 0
  let first: bigint | null = null
  visitRows(run, query, opened.tables, (row) => {
    if (++seen === count) first = seqOf(row) - 1n
    return seen < count
  })
  return first
}

/** All in one batch, within its limits. */
function readSystem(run: Run, opened: Opened, { last, rowsMax, bytesMax }: LiveRequest<'read-live'>): LiveRows {
  const query = compile(run, opened, opened.relation)
  const rows = queryRows(run, query, opened.tables, bytesMax).map((row) => cellsOf(row, query))
  return { rows: last === null ? rows.slice(0, rowsMax) : rows.slice(Math.max(rows.length - last, 0)), lastSeq: null, hasMore: false }
}

function seqOf(row: SqliteRow): bigint {
  return row.at(-TABLE_ALSO.length) as bigint
}

const NOTHING: ReadonlySet<string> = new Set()
const OFFSET = '_offset'
const TIMESTAMP = '_timestamp'
const TOPIC_ALSO: readonly string[] = ['id', OFFSET, TIMESTAMP]
/** What is not for the subscriber. */
const HIDDEN: ReadonlySet<string> = new Set([OFFSET, TIMESTAMP])
const US_PER_MS = 1_000

function recordsRelation(json: string): Relation {
  const records = givenTopic(json)
  const selected =
    `"partition" || ':' || ${quoted('offset')} AS "id", CAST(${quoted('offset')} AS TEXT) AS "${OFFSET}", ` +
    `CAST(${quoted('timestamp')} AS TEXT) AS "${TIMESTAMP}"`
  return extended(records, selected, TOPIC_ALSO)
}

function matchedRows(run: Run, text: string, json: string): readonly MatchedRow[] {
  const parsed = parseQuery(text, givenOf(run))
  assertLive(parsed)
  const query = compile(run, { parsed, also: TOPIC_ALSO }, recordsRelation(json))
  return queryRows(run, query, NOTHING).map((row) => {
    const { [OFFSET]: offset, [TIMESTAMP]: timestamp, ...cells } = cellsOf(row, query)
    return { offset: Number(offset), timestampMs: Math.trunc(Number(timestamp) / US_PER_MS), cells }
  })
}
