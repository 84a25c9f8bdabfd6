/** The names that an expression can use, and what they stand for. Names of all kinds are the same in any case, quoted or bare. */
import { SqlError } from '../sql-error.ts'
import type { Draft } from './draft.ts'
import type { Written } from './expression.ts'
import type { OutputColumn } from './select.ts'
import { invalid } from './tree.ts'

/** A column of a table, a CTE or a subquery. */
export interface SourceColumn {
  readonly name: string
  readonly expression: Written
  /** Of a pair of USING: it goes by its other's name. */
  readonly isMerged?: boolean
}

/** One thing of a FROM clause. */
export interface Source {
  /** What it is called there, in lower case. */
  readonly name: string
  readonly namespace: string | null
  readonly columns: readonly SourceColumn[]
}

/** A query that stands before another one. */
export interface CommonTable {
  /** What it is called in the SQL. */
  readonly sql: string
  readonly columns: readonly OutputColumn[]
}

/** What is being found out of a SELECT while it is read. */
export interface Findings {
  aggregates: number
  /** Columns of queries around it. */
  outer: number
  /** Columns outside of aggregates and of what is grouped by. */
  readonly loose: string[]
  /** SQL of what is grouped by. */
  readonly grouped: Set<string>
}

export interface Scope {
  readonly draft: Draft
  readonly sources: readonly Source[]
  readonly commonTables: ReadonlyMap<string, CommonTable>
  readonly outer: Scope | null
  readonly findings: Findings
  /** `null`: aggregates may stand here; otherwise where they may not. */
  readonly noAggregates: string | null
  /** Of a grouped query whose rows are made before they are grouped (select.ts): has an expression made with them, and answers its name. */
  readonly lift: ((sql: string) => string) | null
}

export function emptyScope(draft: Draft): Scope {
  return { draft, sources: [], commonTables: new Map(), outer: null, findings: noFindings(), noAggregates: null, lift: null }
}

export function noFindings(): Findings {
  return { aggregates: 0, outer: 0, loose: [], grouped: new Set() }
}

/** `name`, `table.name`, `namespace.table.name`. @throws SqlError */
export function resolveColumn(fields: readonly string[], scope: Scope): Written {
  const [name = '', table, namespace, catalog] = fields.map((field) => field.toLowerCase()).toReversed()
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const found = namedSources(at.sources, table, namespace, catalog).flatMap((source) =>
      source.columns.filter((column) => column.name.toLowerCase() === name && (table !== undefined || column.isMerged !== true)),
    )
    if (found.length > 1) throw planError(`Ambiguous reference to unqualified field ${fields.join('.')}`)
    const [column] = found
    if (column === undefined) continue
    if (at === scope) scope.findings.loose.push(name)
    else scope.findings.outer++
    return column.expression
  }
  throw unknownColumn(fields, scope)
}

/** `t.*` or `*`. @throws SqlError */
export function sourcesOf(fields: readonly string[], scope: Scope): readonly Source[] {
  const [table, namespace, catalog] = fields.map((field) => field.toLowerCase()).toReversed()
  const sources = namedSources(scope.sources, table, namespace, catalog)
  if (sources.length > 0) return sources
  throw table === undefined ? invalid('SELECT * has nothing to read from') : planError(`Invalid qualifier ${fields.join('.')}`)
}

function namedSources(sources: readonly Source[], table?: string, namespace?: string, catalog?: string): readonly Source[] {
  if (table === undefined) return sources
  if (catalog !== undefined && catalog !== 'kalam') return []
  return sources.filter((source) => source.name === table && (namespace === undefined || source.namespace === namespace))
}

function unknownColumn(fields: readonly string[], scope: Scope): SqlError {
  const valid: string[] = []
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    valid.push(...at.sources.flatMap((source) => source.columns.map((column) => `${source.name}.${column.name}`)))
  }
  return unknownField(fields, valid)
}

/** As DataFusion says it: clients look for its words. */
export function unknownField(fields: readonly string[], valid: readonly string[]): SqlError {
  return planError(`No field named ${fields.join('.')}.${valid.length === 0 ? '' : ` Valid fields are ${valid.join(', ')}.`}`)
}

function planError(text: string): SqlError {
  return new SqlError('SQL_EXECUTION_ERROR', 'unknown-column', `Execution error: Schema error: ${text}`)
}
