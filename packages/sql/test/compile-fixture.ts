/** Small relations, and SQL that is compiled and run on them. */
import { DatabaseSync } from 'node:sqlite'
import { COMPILED_FUNCTIONS, registerFunctions } from '../src/compile/functions.ts'
import { snowflakeAfter } from '../src/compile/identifiers.ts'
import type { Given } from '../src/compile/given.ts'
import { loadParser } from '../src/compile/parse.ts'
import { compileQuery, parseQuery } from '../src/compile/query.ts'
import type { QueryOptions, Relations } from '../src/compile/query.ts'
import type { CompiledQuery, Reference, Relation } from '../src/compile/relation.ts'
import { coerce, cellOf } from '../src/compile/values.ts'
import { createGate } from '../src/engine/gate.ts'
import type { Cell, DataType, SqliteValue } from '../src/data-type.ts'

await loadParser()

/** 2026-03-01 12:00 UTC */
export const NOW_MS = Date.UTC(2026, 2, 1, 12)

export const GIVEN: Given = { params: [], nowMs: NOW_MS, user: 'ada', role: 'user', files: null }

interface FixtureTable {
  readonly columns: readonly (readonly [name: string, type: DataType])[]
  readonly order: readonly string[]
  /** As written: each is coerced to its column. */
  readonly rows: readonly (readonly (SqliteValue | boolean)[])[]
}

const TABLES: Readonly<Record<string, FixtureTable>> = {
  items: {
    columns: [
      ['id', 'BigInt'],
      ['title', 'Text'],
      ['done', 'Boolean'],
      ['price', { Decimal: { precision: 10, scale: 2 } }],
      ['weight', 'Double'],
      ['rank', 'Int'],
      ['doc', 'Json'],
      ['made', 'Timestamp'],
      ['day', 'Date'],
      ['uid', 'Uuid'],
      ['owner_id', 'BigInt'],
    ],
    order: ['id'],
    rows: [
      [
        200n,
        'Milk',
        true,
        '9.50',
        1.5,
        3n,
        '{"a":{"b":"x"},"n":5,"t":true,"l":[1,2,3]}',
        '2026-01-01T00:00:00Z',
        '2026-01-01',
        uuid(1),
        1n,
      ],
      [
        100n,
        'bread',
        false,
        '10.25',
        0.5,
        7n,
        '{"a":{"b":"y"},"n":50,"t":false,"l":[]}',
        '2026-02-01T00:00:00Z',
        '2026-02-01',
        uuid(2),
        2n,
      ],
      [300n, 'Milk 100% [x]*', null, '100.00', null, null, '{"n":null}', '2026-03-01T00:00:00.123456Z', null, null, 1n],
    ],
  },
  people: {
    columns: [
      ['id', 'BigInt'],
      ['name', 'Text'],
    ],
    order: ['id'],
    rows: [
      [1n, 'Ada'],
      [2n, 'Bob'],
      [3n, 'Cy'],
    ],
  },
  logs: {
    columns: [
      ['partition', 'Int'],
      ['offset', 'BigInt'],
      ['timestamp', 'Timestamp'],
      ['key', 'Text'],
      ['value', 'Text'],
      ['headers', 'Json'],
    ],
    order: [],
    rows: [
      [0n, 0n, '2026-01-01', 'k', '{"level":"error","n":1}', null],
      [0n, 1n, '2026-01-02', null, 'no JSON at all', null],
      [1n, 0n, '2026-01-03', 'k2', '{"level":"info","n":2}', null],
    ],
  },
}

function uuid(number: number): string {
  return `0190a1b2-c3d4-7e5f-8000-00000000000${number}`
}

/** Rows are parameters, so that no table has to be made. */
export function fixtureRelation(name: string): Relation {
  const table = TABLES[name]
  if (table === undefined) throw new Error(`no fixture '${name}'`)
  const rows = table.rows.map((row) =>
    table.columns.map(([column, dataType], at) => {
      const value = row[at] ?? null
      return coerce(typeof value === 'boolean' ? BigInt(value) : value, { name: column, dataType })
    }),
  )
  return {
    columns: [...table.columns.map(([column, dataType]) => ({ name: column, dataType })), { name: '_seq', dataType: 'BigInt' }],
    order: table.order,
    render: (bind) => {
      const lists = rows.map((row, at) => `(${row.map((value) => bind(value)).join(', ')}, ${at + 1}, ${at + 1})`)
      const names = [...table.columns.map(([column]) => column), '_seq', '_rid'].map((column, at) => `column${at + 1} AS "${column}"`)
      return `(SELECT ${names.join(', ')} FROM (VALUES ${lists.join(', ')}))`
    },
  }
}

export function fixtureRelations(references: readonly Reference[]): Relations {
  return new Map(
    references.map((reference) => [reference, fixtureRelation(reference.kind === 'topic' ? reference.topic : reference.table.name)]),
  )
}

export function given(...params: Given['params']): Given {
  return { ...GIVEN, params }
}

export function compiled(text: string, what: Given = GIVEN, options: QueryOptions = {}): CompiledQuery {
  const parsed = parseQuery(text, what)
  return compileQuery(parsed, fixtureRelations(parsed.references), what, options)
}

const database = new DatabaseSync(':memory:')
let last = 0n
registerFunctions(database, (nowMs) => (last = snowflakeAfter(last, nowMs)))
const gate = createGate(database, COMPILED_FUNCTIONS)

/** Behind the gate: compiled SQL reads no table, and calls nothing but what it says that it calls. */
export function valuesOf(query: CompiledQuery, more: Readonly<Record<string, SqliteValue>> = {}): readonly (readonly SqliteValue[])[] {
  return gate.closed(new Set(), () => {
    const statement = database.prepare(query.sql)
    statement.setReadBigInts(true)
    statement.setReturnArrays(true)
    return statement.all({ ...query.bindings, ...more }) as unknown as SqliteValue[][]
  })
}

export function cellsOf(query: CompiledQuery): readonly (readonly Cell[])[] {
  return valuesOf(query).map((row) => row.map((value, at) => cellOf(value, query.columns[at]?.dataType ?? null)))
}

/** What a client is answered. */
export function rowsOf(text: string, what: Given = GIVEN, options: QueryOptions = {}): readonly (readonly Cell[])[] {
  return cellsOf(compiled(text, what, options))
}
