/** A client of SQL that has files. */
import assert from 'node:assert/strict'
import type { Role } from '@logbrook/kafka/users'
import { ask } from './own-api-server.ts'
import type { Answer } from './own-api-server.ts'
import { sqlClient } from './sql-client.ts'
import type { SqlClient } from './sql-client.ts'

export interface SqlUploader extends SqlClient {
  readonly url: string
  /** Rows of the last statement. */
  query(sql: string, params?: readonly unknown[]): Promise<readonly (readonly unknown[])[]>
  /** A form with files by placeholder, whatever the answer. */
  upload(sql: string, files: Readonly<Record<string, Blob>>, fields?: Readonly<Record<string, string>>): Promise<Answer>
}

/** A user that is made for it, on a broker that lets anyone make users. */
export async function newSqlUploader(url: string, name: string, role: Role): Promise<SqlUploader> {
  const created = await ask(`${url}/v1/kafka/users`, { method: 'POST', json: { name, password: passwordOf(name), role } })
  assert.equal(created.status, 201, JSON.stringify(created.body))
  return await sqlUploader(url, name)
}

/** A user of `newSqlUploader`, who is there. */
export async function sqlUploader(url: string, name: string): Promise<SqlUploader> {
  const client = await sqlClient(url, `${name}:${passwordOf(name)}`)
  return {
    ...client,
    url,
    query: async (sql, params) => (await client.rows(sql, params)) ?? [],
    async upload(sql, files, fields = {}) {
      const form = new FormData()
      form.set('sql', sql)
      for (const [field, text] of Object.entries(fields)) form.set(field, text)
      for (const [placeholder, file] of Object.entries(files)) form.set(`file:${placeholder}`, file)
      const { authorization } = client
      const response = await fetch(`${url}/v1/api/sql`, { method: 'POST', body: form, headers: { authorization } })
      return { status: response.status, headers: response.headers, body: await response.json() }
    },
  }
}

function passwordOf(name: string): string {
  return `the password of ${name}`
}
