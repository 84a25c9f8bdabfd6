/**
 * The way that KalamDB's users are shown, from the setup to the acknowledgment, with `kill -9` after each step, of the broker or of all its engines:
 * nothing that was answered is lost, no record is there twice, and who was subscribed goes on where they were.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ConsumeResponse } from '@logbrook/contract/consuming'
import type { SessionResponse } from '@logbrook/contract/sessions'
import { eventually } from '../broker-requests.ts'
import { LiveClient } from '../live-client.ts'
import type { LiveMessage } from '../live-client.ts'
import { ask } from '../own-api-server.ts'
import type { Answer } from '../own-api-server.ts'
import { startProcess } from '../real-process.ts'
import type { RealProcess } from '../real-process.ts'
import { sqlClientOf } from '../sql-client.ts'
import type { SqlClient } from '../sql-client.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { enginesOf } from './engines-of.ts'

const PASSWORD = 'a long way to go'
const NOTES = 'SELECT id, body FROM app.notes'
const PAPER = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * i) >> 8))

interface Traveller {
  readonly victim: Victim
  /** Of the broker that there is now. */
  url: string
  /** What they were given at the login: they log in once. */
  authorization: string
  /** What is still open when something is killed. */
  live: LiveClient | undefined
  /** The highest `_seq` that they were told. */
  seq: string
}

type Victim = 'the broker' | 'its engines'

interface FileReference {
  readonly id: string
  readonly sub: string
  readonly size: number
  readonly sha256: string
}

/** In this order, each on a broker or on engines of its own. */
const STEPS: Readonly<Record<string, (traveller: Traveller) => Promise<void>>> = {
  async setup({ url }) {
    assert.equal(await needsSetup(url), true)
    const json = { user: 'chief', password: PASSWORD, root_password: 'another one, as long' }
    assert.equal((await ask(`${url}/v1/api/auth/setup`, { method: 'POST', json })).status, 200)
  },

  async login(traveller) {
    const { url } = traveller
    assert.equal(await needsSetup(url), false)
    const { status, body } = await ask(`${url}/v1/api/auth/login`, { method: 'POST', json: { user: 'chief', password: PASSWORD } })
    assert.equal(status, 200)
    traveller.authorization = `Bearer ${(body as SessionResponse).access_token}`
  },

  async tables(traveller) {
    const sql = sqlOf(traveller)
    await sql.run('CREATE NAMESPACE app; CREATE USER TABLE app.papers (id INT PRIMARY KEY, paper FILE)')
    await sql.run('CREATE TABLE app.notes (id INT PRIMARY KEY, body TEXT)')
    await sql.run('INSERT INTO app.notes VALUES ($1, $2)', [1, 'one'])
  },

  async 'a file goes up'(traveller) {
    const form = new FormData()
    form.set('sql', 'INSERT INTO app.papers VALUES (1, FILE("paper"))')
    form.set('file:paper', new File([PAPER], 'The Paper.bin'))
    const { url, authorization } = traveller
    const response = await fetch(`${url}/v1/api/sql`, { method: 'POST', body: form, headers: { authorization } })
    assert.equal(response.status, 200, await response.text())
  },

  async 'and down'(traveller) {
    await assertPaperIsWhole(traveller)
  },

  async 'a subscription, and a change'(traveller) {
    const live = await connect(traveller)
    traveller.live = live
    remember(traveller, (await live.subscribed('notes', NOTES)) as readonly Row[], [[1, 'one']])
    await sqlOf(traveller).run("INSERT INTO app.notes VALUES (2, 'two')")
    remember(traveller, rowsOf(await live.nextOf('change')), [[2, 'two']])
  },

  async 'the subscription goes on, and misses nothing'(traveller) {
    const sql = sqlOf(traveller)
    await sql.run(
      "DELETE FROM app.notes WHERE id = 2; UPDATE app.notes SET body = 'ONE' WHERE id = 1; INSERT INTO app.notes VALUES (3, 'three')",
    )
    const live = await connect(traveller)
    traveller.live = live
    const missed = (await live.subscribed('notes', NOTES, { from: traveller.seq })) as readonly Row[]
    remember(traveller, missed, [
      [1, 'ONE'],
      [3, 'three'],
    ])
    const { change_type: kind, old_values: gone } = await live.nextOf('change')
    assert.deepEqual([kind, gone], ['delete', [{ id: 2, body: 'two' }]])
    await sql.run("UPDATE app.notes SET body = 'THREE' WHERE id = 3")
    remember(traveller, rowsOf(await live.nextOf('change')), [[3, 'THREE']])
  },

  async 'and has nothing more to tell when nothing has happened'(traveller) {
    const live = await connect(traveller)
    traveller.live = live
    assert.deepEqual(await live.subscribed('notes', NOTES, { from: traveller.seq }), [])
  },

  async 'a topic is told'(traveller) {
    const sql = sqlOf(traveller)
    await sql.run('CREATE TOPIC app.events')
    for (const operation of ['INSERT', 'UPDATE', 'DELETE']) await sql.run(`ALTER TOPIC app.events ADD SOURCE app.notes ON ${operation}`)
    await sql.run("INSERT INTO app.notes VALUES (4, 'four'), (5, 'five')")
  },

  async 'of everything'(traveller) {
    await sqlOf(traveller).run("UPDATE app.notes SET body = 'FOUR' WHERE id = 4; DELETE FROM app.notes WHERE id = 5")
  },

  async 'a consumer is handed two records'(traveller) {
    assert.deepEqual(await consume(traveller, 2), TOLD.slice(0, 2))
  },

  async 'gets them again from a broker that forgot, and acknowledges them'(traveller) {
    // What was handed out is known to the broker, not to its engines.
    const again = traveller.victim === 'the broker' ? TOLD.slice(0, 2) : TOLD.slice(2)
    assert.deepEqual(await consume(traveller, 2), again)
    const acknowledged = { topic_id: 'app.events', group_id: 'readers', upto_offset: 1 }
    assert.equal((await post(traveller, 'ack', acknowledged)).status, 200)
  },

  async 'goes on behind what it acknowledged'(traveller) {
    // By a statement: they are of the same group.
    const rows = await sqlOf(traveller).rows("CONSUME FROM app.events GROUP 'readers' FROM EARLIEST")
    const expected = traveller.victim === 'the broker' ? TOLD.slice(2) : []
    assert.deepEqual(
      (rows ?? []).map(([, , , key, , , , operation]) => [operation, key]),
      expected.map(([operation, key]) => [operation.toLowerCase(), key]),
    )
    await sqlOf(traveller).run("ACK app.events GROUP 'readers' UPTO OFFSET 3")
  },

  async 'and is done'(traveller) {
    const sql = sqlOf(traveller)
    assert.deepEqual(await consume(traveller, 100), [])
    await sql.run("INSERT INTO app.notes VALUES (6, 'six')")
    assert.deepEqual(await consume(traveller, 100), [['Insert', '6', 'six']])
    assert.deepEqual(await sql.rows(`SELECT key, json_extract(value, '$.body') FROM topic('app.events') ORDER BY "offset"`), [
      ...TOLD.map(([, key, body]) => [key, body]),
      ['6', 'six'],
    ])
    assert.deepEqual(await sql.rows(NOTES), [
      [1, 'ONE'],
      [3, 'THREE'],
      [4, 'FOUR'],
      [6, 'six'],
    ])
    await assertPaperIsWhole(traveller)
  },
}

/** What the topic is told before the last step, in order. */
const TOLD: readonly (readonly [operation: string, key: string, body: string])[] = [
  ['Insert', '4', 'four'],
  ['Insert', '5', 'five'],
  ['Update', '4', 'FOUR'],
  ['Delete', '5', 'five'],
]

function sqlOf({ url, authorization }: Traveller): SqlClient {
  return sqlClientOf(url, authorization)
}

async function needsSetup(url: string): Promise<boolean> {
  return ((await ask(`${url}/v1/api/auth/status`, {})).body as { readonly needs_setup: boolean }).needs_setup
}

async function assertPaperIsWhole(traveller: Traveller): Promise<void> {
  const [[cell]] = (await sqlOf(traveller).rows('SELECT paper FROM app.papers')) as [[FileReference]]
  assert.deepEqual([cell.size, cell.sha256], [PAPER.length, createHash('sha256').update(PAPER).digest('hex')])
  const { url, authorization } = traveller
  const response = await fetch(`${url}/v1/files/app/papers/${cell.sub}/${cell.id}-the-paper.bin`, { headers: { authorization } })
  assert.equal(response.status, 200)
  assert.ok(PAPER.equals(Buffer.from(await response.arrayBuffer())))
}

interface Row {
  readonly id: number
  readonly body: string
  readonly _seq: string
}

async function connect({ url, authorization }: Traveller): Promise<LiveClient> {
  const live = new LiveClient(url, { authorization })
  await live.nextOf('auth_success')
  return live
}

function rowsOf(message: LiveMessage): readonly Row[] {
  return message['rows'] as readonly Row[]
}

function remember(traveller: Traveller, rows: readonly Row[], expected: readonly (readonly [id: number, body: string])[]): void {
  assert.deepEqual(
    rows.map(({ id, body }) => [id, body]),
    expected,
  )
  traveller.seq = rows.at(-1)!._seq
}

function post({ url, authorization }: Traveller, endpoint: string, json: object): Promise<Answer> {
  return ask(`${url}/v1/api/topics/${endpoint}`, { method: 'POST', json, headers: { authorization } })
}

/** What happened, to which row, and what it says then. */
async function consume(traveller: Traveller, limit: number): Promise<readonly (readonly [string, string | null, string])[]> {
  const { status, body } = await post(traveller, 'consume', { topic_id: 'app.events', group_id: 'readers', start: 'Earliest', limit })
  assert.equal(status, 200)
  return (body as ConsumeResponse).messages.map(({ op, key, payload }) => {
    const row = JSON.parse(Buffer.from(payload, 'base64').toString()) as { readonly body: string }
    return [op, key, row.body]
  })
}

/** Resolves when the broker knows: whom it has not looked after yet is still there, if only by name. */
async function killEngines(broker: RealProcess): Promise<void> {
  const engines = await enginesOf(broker)
  for (const engine of engines) process.kill(engine, 'SIGKILL')
  await eventually(
    () => enginesOf(broker),
    (there) => !there.some((engine) => engines.includes(engine)),
  )
}

/** Who was subscribed notices. */
async function hangUp(traveller: Traveller): Promise<void> {
  await traveller.live?.closed
  traveller.live = undefined
}

for (const victim of ['the broker', 'its engines'] as const) {
  const skip = victim === 'its engines' && process.platform !== 'linux' ? 'only Linux says which processes a process has started' : false
  test(`the whole way, with ${victim} killed after each step`, { skip, timeout: 300_000 }, async () => {
    await using directory = await temporaryDirectory()
    const start = () => startProcess(['--data-dir', directory.path, '--auth', 'required', '--acls', 'on', '--log-level', 'fatal'])
    const traveller: Traveller = { victim, url: '', authorization: '', live: undefined, seq: '' }
    let broker = await start()
    try {
      for (const [name, step] of Object.entries(STEPS)) {
        traveller.url = broker.url
        await step(traveller).catch((error: unknown) => {
          throw new Error(`it ends at: ${name}`, { cause: error })
        })
        if (victim === 'its engines') {
          await killEngines(broker)
          await hangUp(traveller)
          continue
        }
        broker.kill('SIGKILL')
        assert.equal((await broker.ending).signal, 'SIGKILL')
        await hangUp(traveller)
        broker = await start()
      }
    } finally {
      await broker[Symbol.asyncDispose]()
    }
    const files = await readdir(join(directory.path, 'files'), { recursive: true, withFileTypes: true })
    assert.deepEqual(
      files.filter((entry) => entry.isFile()).map(({ name }) => name.replace(/^\d+/, '<id>')),
      ['<id>-the-paper.bin'],
    )
  })
}
