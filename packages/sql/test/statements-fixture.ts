/** What tests of statements say again and again. */
import assert from 'node:assert/strict'
import type { SqlCaller } from '../src/services.ts'
import type { SqlUnderTest } from './sql-under-test.ts'

export const ALICE: SqlCaller = { user: 'alice', role: 'user', host: '127.0.0.1' }
export const WORKER: SqlCaller = { user: 'worker', role: 'service', host: '127.0.0.1' }
export const SYSTEM: SqlCaller = { user: 'boss', role: 'system', host: '127.0.0.1' }

/** What the last statement of a text says. */
export async function message(sql: SqlUnderTest, text: string, caller?: SqlCaller): Promise<string | undefined> {
  return (await sql.run(text, [], caller)).at(-1)?.message
}

/** The rows of a statement by the names of their columns. */
export async function records(sql: SqlUnderTest, text: string, caller?: SqlCaller): Promise<Record<string, unknown>[]> {
  const result = (await sql.run(text, [], caller)).at(-1)
  const names = (result?.schema ?? []).map((column) => column.name)
  return (result?.rows ?? []).map((row) => Object.fromEntries(row.map((cell, index) => [names[index], cell])))
}

export async function refused(sql: SqlUnderTest, text: string, expected: RegExp | string, caller?: SqlCaller): Promise<void> {
  await assert.rejects(sql.run(text, [], caller), (error: Error) => {
    if (typeof expected === 'string') assert.equal(error.message, expected)
    else assert.match(error.message, expected)
    return true
  })
}
