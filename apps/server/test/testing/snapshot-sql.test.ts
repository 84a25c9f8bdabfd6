/** What SQL holds goes with a broker's contents: tables, rows, files, and what topics are told. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, test } from 'node:test'
import { startLogbrook } from '../../src/public/logbrook.ts'
import { Logbrook } from '../../src/testing/testing.ts'
import type { LogbrookOptions } from '../../src/testing/testing.ts'
import { ask } from '../own-api-server.ts'
import { sqlClient } from '../sql-client.ts'
import type { SqlClient } from '../sql-client.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

const OPTIONS: LogbrookOptions = { topics: { changes: {} }, users: { root: { password: 'secret', role: 'dba' } } }
const COUNT = 'SELECT count(*) AS n FROM notes'

/** Where a broker keeps its data, given a directory of its own. */
const PLACES: readonly { readonly name: string; readonly at: (path: string) => LogbrookOptions }[] = [
  { name: 'in memory', at: () => ({}) },
  { name: 'on disk', at: (path) => ({ dataDir: join(path, 'data') }) },
]

/** With a table of one row, which holds a file, and a topic that is told of it. */
async function startNotes(broker: Logbrook): Promise<SqlClient> {
  const client = await sqlClient(broker.url, 'root:secret')
  await client.run('CREATE SHARED TABLE notes (id BIGINT PRIMARY KEY, paper FILE)')
  await client.run('ALTER TOPIC changes ADD SOURCE notes ON INSERT')
  const form = new FormData()
  form.set('sql', "INSERT INTO notes (id, paper) VALUES (1, FILE('paper'))")
  form.set('file:paper', new File(['what it says'], 'paper.txt', { type: 'text/plain' }))
  const headers = { authorization: client.authorization }
  const response = await fetch(`${broker.url}/v1/api/sql`, { method: 'POST', body: form, headers })
  assert.equal(response.status, 200, await response.text())
  return client
}

interface Paper {
  readonly id: string
  readonly sub: string
}

async function paperText(broker: { readonly url: string }, client: SqlClient): Promise<unknown> {
  const [row] = (await client.rows('SELECT paper FROM notes WHERE id = 1'))!
  const { id, sub } = row![0] as Paper
  const { authorization } = client
  return (await ask(`${broker.url}/v1/files/default/notes/${sub}/${id}`, { headers: { authorization } })).body
}

for (const { name, at } of PLACES) {
  describe(`a restored broker, ${name}`, () => {
    it('has the tables, rows and files that it had, and tells its topics of changes', async () => {
      await using directory = await temporaryDirectory()
      await using broker = await Logbrook.create({ ...OPTIONS, ...at(directory.path) })
      const client = await startNotes(broker)
      const before = await broker.snapshot()
      await client.run('DELETE FROM notes WHERE id = 1')
      await client.run('INSERT INTO notes (id) VALUES (2), (3)')
      await client.run('CREATE SHARED TABLE other (id BIGINT PRIMARY KEY)')

      await broker.restore(before)
      assert.deepEqual(await client.rows('SELECT id FROM notes'), [['1']])
      assert.equal(await paperText(broker, client), 'what it says')
      await client.fail('SELECT * FROM other')
      await client.run('INSERT INTO notes (id) VALUES (7)')
      assert.deepEqual(
        (await broker.topic('changes').records()).map(({ key }) => key),
        ['1', '7'],
      )
    })

    it('has no SQL where it had none', async () => {
      await using directory = await temporaryDirectory()
      await using broker = await Logbrook.create({ ...OPTIONS, ...at(directory.path) })
      const before = await broker.snapshot()
      const client = await startNotes(broker)
      await broker.restore(before)
      await client.fail(COUNT)
      await client.run('CREATE SHARED TABLE notes (id BIGINT PRIMARY KEY)')
      assert.deepEqual(await client.rows(COUNT), [['0']])
    })

    it('is cloned with it, and goes its own way', async () => {
      await using directory = await temporaryDirectory()
      await using broker = await Logbrook.create({ ...OPTIONS, ...at(directory.path) })
      const client = await startNotes(broker)
      await using clone = await broker.clone(at(join(directory.path, 'clone')))
      const ofClone = await sqlClient(clone.url, 'root:secret')
      await ofClone.run('INSERT INTO notes (id) VALUES (2)')
      assert.deepEqual([await client.rows(COUNT), await ofClone.rows(COUNT)], [[['1']], [['2']]])
      assert.equal(await paperText(clone, ofClone), 'what it says')
    })
  })
}

test('what is kept of a broker holds it, for whoever opens the folder', async () => {
  await using directory = await temporaryDirectory()
  let folder: string
  {
    await using broker = await Logbrook.create({ ...OPTIONS, keepOnFailure: { folder: directory.path, report: () => {} } })
    await startNotes(broker)
    folder = await broker.keep()
  }
  assert.deepEqual(readdirSync(folder).toSorted(), ['files', 'journal.ndjson', 'logbrook.db', 'sql.db'])
  await using opened = await startLogbrook({ dataDir: folder, port: 0, logLevel: 'silent' })
  const client = await sqlClient(opened.url, 'root:secret')
  assert.deepEqual(await client.rows('SELECT id FROM notes'), [['1']])
  assert.equal(await paperText(opened, client), 'what it says')
})
