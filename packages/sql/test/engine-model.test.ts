/** Tables hold what a map of keyed rows would: for each user, whatever is done to them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SqlError } from '@logbrook/sql/sql-error'
import fc from 'fast-check'
import { EngineUnderTest } from './engine-under-test.ts'

type Rows = ReadonlyMap<number, string | null>
type Change =
  | { readonly kind: 'insert'; readonly rows: readonly (readonly [key: number, text: string | null])[] }
  | { readonly kind: 'update'; readonly upto: number; readonly text: string | null }
  | { readonly kind: 'move'; readonly from: number; readonly by: number }
  | { readonly kind: 'delete'; readonly from: number }
type Step =
  | { readonly kind: 'statement'; readonly change: Change }
  | { readonly kind: 'transaction'; readonly changes: readonly Change[]; readonly isKept: boolean }

const KEYS_MAX = 8
const key = fc.integer({ min: 0, max: KEYS_MAX })
const text = fc.option(fc.constantFrom('a', 'b', "it's", ''), { nil: null })
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), rows: fc.array(fc.tuple(key, text), { minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant('update' as const), upto: key, text }),
  fc.record({ kind: fc.constant('move' as const), from: key, by: fc.constantFrom(-1, 1, 5) }),
  fc.record({ kind: fc.constant('delete' as const), from: key }),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('statement' as const), change }),
  fc.record({ kind: fc.constant('transaction' as const), changes: fc.array(change, { maxLength: 4 }), isKept: fc.boolean() }),
)
const steps = fc.array(fc.record({ user: fc.constantFrom('ann', 'bob', 'sam'), step }), { maxLength: 12 })

/** `null`: it is refused, and changes nothing. */
function applied(rows: Rows, made: Change): { readonly rows: Rows; readonly count: number } | null {
  const entries = [...rows]
  if (made.kind === 'insert') {
    const all = [...entries, ...made.rows]
    return isKeyed(all) ? { rows: new Map(all), count: made.rows.length } : null
  }
  if (made.kind === 'delete') {
    const left = entries.filter(([id]) => id < made.from)
    return { rows: new Map(left), count: entries.length - left.length }
  }
  const changed = entries.map(([id, old]): readonly [number, string | null] => {
    if (made.kind === 'update') return [id, id <= made.upto ? made.text : old]
    return [id >= made.from ? id + made.by : id, old]
  })
  const count = changed.filter(([id, now], index) => id !== entries[index]![0] || now !== entries[index]![1]).length
  return isKeyed(changed) ? { rows: new Map(changed), count } : null
}

function isKeyed(entries: readonly (readonly [number, unknown])[]): boolean {
  return new Set(entries.map(([id]) => id)).size === entries.length
}

function sqlOf(table: string, made: Change): string {
  if (made.kind === 'insert')
    return `INSERT INTO ${table} (id, text) VALUES ${made.rows.map(([id, value]) => `(${id}, ${literal(value)})`).join(', ')}`
  if (made.kind === 'update') return `UPDATE ${table} SET text = ${literal(made.text)} WHERE id <= ${made.upto}`
  if (made.kind === 'move') return `UPDATE ${table} SET id = id + ${made.by} WHERE id >= ${made.from}`
  return `DELETE FROM ${table} WHERE id >= ${made.from}`
}

function literal(value: string | null): string {
  return value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`
}

/** What the rows are afterwards; asserts that the counts are right. */
async function taken(
  engine: EngineUnderTest,
  user: string,
  table: string,
  rows: Rows,
  { step: made }: { readonly step: Step },
): Promise<Rows> {
  const changes = made.kind === 'statement' ? [made.change] : made.changes
  let after: Rows | null = rows
  const counts = { insert: 0, update: 0, delete: 0 }
  for (const one of changes) {
    const result: ReturnType<typeof applied> = after === null ? null : applied(after, one)
    after = result?.rows ?? null
    counts[one.kind === 'move' ? 'update' : one.kind] += result?.count ?? 0
  }
  const sql = changes.map((one) => sqlOf(table, one))
  const request = made.kind === 'statement' ? sql : ['BEGIN', ...sql, made.isKept ? 'COMMIT' : 'ROLLBACK']
  try {
    const results = await engine.run(user, request.join(';'))
    assert.ok(after !== null, 'what has to be refused was done')
    const counted = results.filter(({ message }) => message?.includes('row(s)')).map(({ row_count: count }) => count)
    assert.equal(
      counted.reduce((sum, count) => sum + count, 0),
      counts.insert + counts.update + counts.delete,
    )
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    assert.ok(after === null, error.message)
    return rows
  }
  return made.kind === 'transaction' && !made.isKept ? rows : after
}

for (const { type, table } of [
  { type: 'USER', table: 'app.own' },
  { type: 'SHARED', table: 'app.common' },
]) {
  test(`a ${type} table equals a map of keyed rows`, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (made) => {
        await using engine = await EngineUnderTest.open()
        await engine.run('root', `CREATE NAMESPACE app; CREATE ${type} TABLE ${table} (id BIGINT PRIMARY KEY, text TEXT)`)
        const all = new Map<string, Rows>()
        let seq = 0
        for (const { user: asked, step: one } of made) {
          // Plain users do not write to shared tables.
          const user = type === 'SHARED' ? 'sam' : asked
          all.set(user, await taken(engine, user, table, all.get(user) ?? new Map(), { step: one }))
          for (const [reader, rows] of all) {
            const expected = [...rows].toSorted(([a], [b]) => a - b).map(([id, value]) => [String(id), value])
            assert.deepEqual(await engine.rows(reader, `SELECT id, text FROM ${table}`), expected)
          }
          const [[highest]] = (await engine.rows(user, `SELECT coalesce(max(_seq), 0) FROM ${table}`)) as [[string]]
          seq = Math.max(seq, Number(highest))
        }
        assert.ok(Number(await engine.engine.run({ kind: 'last-seq' })) >= seq)
      }),
      { seed: 7, numRuns: 60 },
    )
  })
}
