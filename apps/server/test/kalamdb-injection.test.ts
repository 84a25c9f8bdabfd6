/**
 * Text that would be SQL, in every place that takes a text: it stays data. Where it may be kept it comes back as it was, where it may not it is
 * refused, and whatever there was is still there.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { LiveClient } from './live-client.ts'
import { startLive } from './live-server.ts'
import type { LiveServer } from './live-server.ts'
import { ask } from './own-api-server.ts'

/** None is of use in another place than where it begins: each begins in another way. */
const TEXTS: readonly string[] = [
  "'; DROP TABLE app.canary; --",
  "' OR '1'='1",
  "x') ; DELETE FROM app.canary; --",
  `"; DROP TABLE app.canary; --`,
  `" OR ""="`,
  "\\'; DROP TABLE app.canary; --",
  "'||(SELECT password_hash FROM system.users LIMIT 1)||'",
  "' UNION SELECT sql FROM sqlite_master --",
  "'; ATTACH DATABASE '/tmp/stolen.db' AS stolen; --",
  "'); SELECT load_extension('evil'); --",
  '$1',
  ':p1',
  '?1',
  '$$; DROP TABLE app.canary; $$',
  '*/ DROP TABLE app.canary; /*',
  '-- ',
  '%',
  '_%',
  'FILE("a")',
  '{"$ne":null}',
  'ʼ; DROP TABLE app.canary; --',
  '1; DROP TABLE app.canary',
  '../../sql.db',
]

interface Place {
  readonly live: LiveServer
  /** Of the text; another one for each. */
  readonly id: number
}

type Attempt = (text: string, place: Place) => Promise<void>

/** As it stands in a statement. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** Nothing that a client can have meant is the broker's own fault. */
function assertRefused(status: number, what: unknown): void {
  assert.ok(status >= 400 && status < 500, `${status}: ${JSON.stringify(what)}`)
}

async function fails({ root }: LiveServer, sql: string, params: readonly unknown[] = []): Promise<void> {
  const { status, message } = await root.fail(sql, params)
  assertRefused(status, message)
}

function post({ api, root: { authorization } }: LiveServer, path: string, json: unknown): ReturnType<typeof ask> {
  return ask(`${api.url}${path}`, { method: 'POST', json, headers: { authorization } })
}

async function connect({ api, alice: { authorization } }: LiveServer): Promise<LiveClient> {
  const client = new LiveClient(api.url, { authorization })
  await client.nextOf('auth_success')
  return client
}

/** A form with one file, whose name and placeholder are written as a browser writes them. */
function upload(
  { api, root }: LiveServer,
  { sql, placeholder, name }: { readonly sql: string; readonly placeholder: string; readonly name: string },
) {
  const form = new FormData()
  form.set('sql', sql)
  form.set(`file:${placeholder}`, new File(['kept'], name))
  return fetch(`${api.url}/v1/api/sql`, { method: 'POST', body: form, headers: { authorization: root.authorization } })
}

const PLACES: Readonly<Record<string, Attempt>> = {
  async 'a parameter that is selected'(text, { live: { root } }) {
    assert.deepEqual(await root.rows('SELECT $1 AS a, length($1) AS b', [text]), [[text, text.length]])
  },

  async 'a parameter that is kept, looked for, changed and deleted'(text, { live: { root }, id }) {
    await root.run('INSERT INTO app.notes VALUES ($1, $2)', [id, text])
    assert.deepEqual(await root.rows('SELECT id, body FROM app.notes WHERE body = $1', [text]), [[id, text]])
    await root.run("UPDATE app.notes SET body = 'before ' || $1 WHERE body = $1", [text])
    assert.deepEqual(await root.rows('SELECT id FROM app.notes WHERE body IN ($1, $2)', [text, `before ${text}`]), [[id]])
    assert.deepEqual((await root.run('DELETE FROM app.notes WHERE body = $1', [`before ${text}`]))[0]?.row_count, 1)
  },

  async 'a parameter that is a number'(text, { live }) {
    await fails(live, 'SELECT * FROM app.notes WHERE id = $1', [text])
    await fails(live, 'INSERT INTO app.notes (id) VALUES ($1)', [text])
    await fails(live, 'SELECT * FROM app.notes LIMIT $1', [text])
  },

  async 'a literal'(text, { live: { root } }) {
    assert.deepEqual(await root.rows(`SELECT ${literal(text)} AS a`), [[text]])
  },

  async 'a default, and the filter of a source'(text, { live: { root }, id }) {
    await root.run(`CREATE TABLE app.defaults${id} (id INT PRIMARY KEY, body TEXT DEFAULT ${literal(text)})`)
    await root.run(`CREATE TOPIC app.told${id}`)
    await root.run(`ALTER TOPIC app.told${id} ADD SOURCE app.defaults${id} ON INSERT WHERE body = ${literal(text)}`)
    await root.run(`INSERT INTO app.defaults${id} (id) VALUES (1); INSERT INTO app.defaults${id} VALUES (2, 'other')`)
    assert.deepEqual(await root.rows(`SELECT body FROM app.defaults${id} WHERE id = 1`), [[text]])
    assert.deepEqual(await root.rows(`SELECT key, json_extract(value, '$.body') FROM topic('app.told${id}')`), [['1', text]])
    await root.run(`DROP TOPIC app.told${id}; DROP TABLE app.defaults${id}`)
  },

  async 'a name in quotes'(text, { live, live: { root } }) {
    const [result] = await root.run(`SELECT 1 AS ${quoted(text)}`)
    assert.equal(result?.schema?.[0]?.name, text)
    const name = quoted(text)
    for (const statement of [
      `SELECT ${name} FROM app.notes`,
      `SELECT * FROM ${name}`,
      `SELECT * FROM app.${name}`,
      `SELECT ${name}(1)`,
      `CREATE TABLE app.${name} (id INT PRIMARY KEY)`,
      `CREATE TABLE app.named (id INT PRIMARY KEY, ${name} TEXT)`,
      `CREATE NAMESPACE ${name}`,
      `ALTER TABLE app.notes ADD COLUMN ${name} TEXT`,
      `ALTER TABLE app.notes RENAME COLUMN body TO ${name}`,
      `DROP TABLE app.${name}`,
      `DESCRIBE TABLE ${name}`,
      `USE ${name}`,
      `INSERT INTO app.notes (${name}) VALUES (1)`,
      `UPDATE app.notes SET ${name} = 1`,
    ])
      await fails(live, statement)
  },

  async 'an option of a statement'(text, { live }) {
    for (const statement of [
      `CREATE TABLE app.named (id INT PRIMARY KEY) WITH (TYPE = ${literal(text)})`,
      `CREATE TABLE app.named (id INT PRIMARY KEY) WITH (ACCESS_LEVEL = ${literal(text)})`,
      `CREATE TABLE app.named (id INT PRIMARY KEY) WITH (STORAGE_ID = ${literal(text)})`,
      `ALTER TABLE app.canary SET ACCESS LEVEL ${literal(text)}`,
      `KILL LIVE QUERY ${literal(text)}`,
      `KILL JOB ${literal(text)}`,
      `CREATE USER eve WITH PASSWORD 'long enough' ROLE ${literal(text)}`,
      `SUBSCRIBE TO app.notes OPTIONS (from=${literal(text)})`,
    ])
      await fails(live, statement)
  },

  async 'the namespace of a request'(text, { live, live: { root } }) {
    for (const sql of ['SELECT * FROM canary', 'INSERT INTO canary VALUES (9)', 'CREATE TABLE named (id INT PRIMARY KEY)']) {
      const { status, body } = await root.post({ sql, namespace_id: text })
      assertRefused(status, body)
    }
    const { status } = await post(live, '/v1/api/sql', { sql: 'SELECT 1', params: [], namespace_id: text })
    assert.ok(status < 500)
  },

  async 'a topic'(text, { live, live: { root } }) {
    await fails(live, `SELECT * FROM topic(${literal(text)})`)
    await fails(live, 'SELECT * FROM topic($1)', [text])
    for (const statement of ['CREATE TOPIC x', 'DROP TOPIC x', 'CLEAR TOPIC x', 'CONSUME FROM x', "ACK x GROUP 'g' UPTO OFFSET 0"]) {
      await fails(
        live,
        statement.replace('x', () => quoted(text)),
      )
      await fails(
        live,
        statement.replace('x', () => `app.${quoted(text)}`),
      )
    }
    assertRefused((await post(live, '/v1/api/topics/consume', { topic_id: text, group_id: 'g' })).status, 'consume')
    assertRefused((await post(live, '/v1/api/topics/ack', { topic_id: text, group_id: 'g', upto_offset: 0 })).status, 'ack')
    assert.deepEqual(await root.rows('SELECT topic_id FROM system.topics'), [['app.events']])
  },

  async 'a group'(text, { live, live: { root } }) {
    const told = await post(live, '/v1/api/topics/ack', { topic_id: 'app.events', group_id: text, upto_offset: 0 })
    assert.ok(told.status < 500, JSON.stringify(told.body))
    await root.post({ sql: `ACK app.events GROUP ${literal(text)} UPTO OFFSET 0` })
    const groups = (await root.rows('SELECT group_id FROM system.topic_offsets WHERE group_id = $1', [text])) ?? []
    assert.deepEqual(groups, told.status === 200 ? [[text]] : [])
  },

  async 'the key and the value of a record'(text, { live, live: { api, root } }) {
    const record = { key: base64(text), value: base64(JSON.stringify({ text })), headers: [{ key: text, value: base64(text) }] }
    const { status } = await ask(`${api.url}/v1/kafka/topics/app.events/records?partition=0`, {
      method: 'POST',
      json: { records: [record] },
    })
    assert.equal(status, 200)
    const query = "SELECT key, json_extract(value, '$.text'), headers FROM topic('app.events') WHERE key = $1"
    const [[key, value, headers], ...more] = (await root.rows(query, [text])) as [[string, string, string]]
    assert.deepEqual([key, value, more], [text, text, []])
    assert.deepEqual(JSON.parse(headers), [{ key: text, value: text }])
    await fails(live, `SELECT * FROM topic('app.events') WHERE "offset" = $1`, [text])
  },

  async 'the path and the key of JSON'(text, { live: { root } }) {
    const doc = JSON.stringify({ [text]: text })
    const query = `SELECT CAST($1 AS JSON) ->> ${literal(text)} AS a`
    assert.deepEqual(await root.rows(query, [doc]), [[text]])
    const { status } = await root.post({ sql: "SELECT json_extract('{}', $1) AS a", params: [text] })
    assert.ok(status < 500)
  },

  async 'a user whom somebody speaks for'(text, { live: { root }, id }) {
    const asThem = (statement: string) => root.post({ sql: `EXECUTE AS USER ${literal(text)} (${statement})` })
    const { status, body } = await asThem(`INSERT INTO app.own VALUES (${id})`)
    assert.ok(status < 500, JSON.stringify(body))
    const seen = (await asThem('SELECT id FROM app.own')).body as { readonly results: readonly { readonly rows?: unknown }[] }
    assert.deepEqual(seen.results[0]?.rows, status === 200 ? [[id]] : undefined)
    assert.deepEqual(await root.rows('SELECT id FROM app.own'), [[-1]])
    await asThem('DELETE FROM app.own')
  },

  async 'a user, and what is known of them'(text, { live, live: { api, root }, id }) {
    await fails(live, `CREATE USER ${quoted(text)} WITH PASSWORD 'long enough' ROLE 'nothing'`)
    await fails(live, `ALTER USER ${quoted(text)} SET ROLE dba`)
    await fails(live, `DROP USER ${quoted(text)}`)
    const password = `${text} and so on`
    await root.run(`CREATE USER eve${id} WITH PASSWORD ${literal(password)} ROLE user EMAIL ${literal(text)}`)
    assert.deepEqual(await root.rows(`SELECT email FROM system.users WHERE user_id = 'eve${id}'`), [[text]])
    const login = await ask(`${api.url}/v1/api/auth/login`, { method: 'POST', json: { user: `eve${id}`, password } })
    assert.equal(login.status, 200)
    await root.run(`DROP USER eve${id}`)
    for (const json of [
      { user: text, password: 'secret' },
      { user: 'root', password: text },
    ]) {
      assert.equal((await ask(`${api.url}/v1/api/auth/login`, { method: 'POST', json })).status, 401)
    }
  },

  async 'a user by our own API'(text, { live: { api } }) {
    const { status } = await api.ask('/v1/kafka/users', { method: 'POST', json: { name: text, password: 'secret', role: 'user' } })
    if (status === 201) {
      const them = await ask(`${api.url}/v1/api/auth/login`, { method: 'POST', json: { user: text, password: 'secret' } })
      const { access_token: token } = them.body as { readonly access_token: string }
      const headers = { authorization: `Bearer ${token}` }
      const sql = 'SELECT CURRENT_USER() AS me, (SELECT count(*) FROM app.own) AS n'
      const seen = await ask(`${api.url}/v1/api/sql`, { method: 'POST', headers, json: { sql } })
      assert.deepEqual((seen.body as { readonly results: readonly [{ readonly rows: unknown }] }).results[0].rows, [[text, '0']])
      assert.equal((await api.ask(`/v1/kafka/users/${encodeURIComponent(text)}`, { method: 'DELETE' })).status, 204)
    } else {
      assertRefused(status, text)
    }
  },

  async 'the name of a file'(text, { live, live: { api, root }, id }) {
    const sql = `INSERT INTO app.files VALUES (${id}, FILE('a'))`
    assert.equal((await upload(live, { sql, placeholder: 'a', name: text })).status, 200)
    const [[file]] = (await root.rows(`SELECT file FROM app.files WHERE id = ${id}`)) as [[{ id: string; sub: string; name: string }]]
    // Of a path the last part. Browsers write a quote in this way; a backslash stands before what it escapes.
    assert.equal(file.name, text.replaceAll('"', '%22').replaceAll('\\', '').split('/').at(-1))
    const path = `/v1/files/app/files/${file.sub}/${file.id}`
    const download = await fetch(api.url + path, { headers: { authorization: root.authorization } })
    assert.deepEqual([download.status, await download.text()], [200, 'kept'])
  },

  async 'the placeholder of a file'(text, { live, live: { root }, id }) {
    for (const sql of [`INSERT INTO app.files VALUES (${id}, FILE('a'))`, `INSERT INTO app.files VALUES (${id}, FILE(${literal(text)}))`]) {
      const { status } = await upload(live, { sql, placeholder: text, name: 'a' })
      assert.ok(status < 500, sql)
      await root.run(`DELETE FROM app.files WHERE id = ${id}`)
    }
  },

  async 'a reference to a file'(text, { live }) {
    for (const reference of [text, JSON.stringify({ id: text, sub: text, name: text, size: 1, mime: text, sha256: text })]) {
      await fails(live, 'INSERT INTO app.files VALUES (1, $1)', [reference])
    }
  },

  async 'the segments of a file’s address'(text, { live: { api, root } }) {
    const it = encodeURIComponent(text)
    for (const path of [
      `${it}/files/f0001/1`,
      `app/${it}/f0001/1`,
      `app/files/${it}/1`,
      `app/files/f0001/${it}`,
      `app/files/f0001/1?user_id=${it}`,
      `app/files/f0001/99999-${it}`,
    ]) {
      const { status, body } = await ask(`${api.url}/v1/files/${path}`, { headers: { authorization: root.authorization } })
      assertRefused(status, body)
    }
  },

  async 'the name of a subscription'(text, { live, live: { root, alice } }) {
    using client = await connect(live)
    client.subscribe(text, 'SELECT * FROM app.public')
    const ack = await client.next()
    assert.deepEqual([ack.type, ack['subscription_id']], ['subscription_ack', text])
    await client.nextOf('initial_data_batch')
    const listed = await root.rows('SELECT live_id, subscription_id FROM system.live WHERE subscription_id = $1', [text])
    assert.equal(listed?.length, 1)
    await root.run('INSERT INTO app.public VALUES (1)')
    assert.equal((await client.nextOf('change'))['subscription_id'], text)
    await root.run('DELETE FROM app.public')
    assert.equal((await client.nextOf('change'))['subscription_id'], text)
    await root.run(`KILL LIVE QUERY ${literal(String(listed[0]![0]))}`)
    assert.equal((await client.nextOf('error'))['subscription_id'], text)
    assert.deepEqual(await alice.rows('SELECT * FROM app.public'), undefined)
  },

  async 'the query of a subscription'(text, { live }) {
    using client = await connect(live)
    for (const sql of [
      text,
      `SELECT * FROM app.public WHERE ${text}`,
      `SELECT * FROM app.public; ${text}`,
      `SELECT * FROM ${quoted(text)}`,
      `SELECT * FROM topic(${literal(text)})`,
    ]) {
      client.subscribe('a', sql)
      const told = await client.next()
      // What is a comment leaves a query that is one.
      if (told.type === 'subscription_ack') await client.nextOf('initial_data_batch')
      else assert.deepEqual([told.type, told['subscription_id']], ['error', 'a'])
    }
    const rows = await client.subscribed('b', `SELECT * FROM app.public WHERE ${literal(text)} = 'x'`)
    assert.deepEqual(rows, [])
  },

  async 'the options of a subscription, and who asks for it'(text, { live }) {
    for (const options of [{ from: text }, { from_seq_id: text }, { last_rows: text }, { batch_size: text }]) {
      using client = await connect(live)
      client.subscribe('a', 'SELECT * FROM app.public', options)
      assert.equal((await client.closed).code, 1011)
    }
    using stranger = await new LiveClient(live.api.url).opened()
    stranger.send({ type: 'authenticate', method: 'jwt', token: text })
    assert.equal((await stranger.next()).type, 'auth_error')
  },
}

async function openPlace(): Promise<LiveServer> {
  const live = await startLive({ sqlLimits: { requestsPerSecond: 0 } })
  const { root } = live
  await root.run('CREATE NAMESPACE app; CREATE TABLE app.canary (id INT PRIMARY KEY); INSERT INTO app.canary VALUES (1), (2)')
  await root.run('CREATE TABLE app.notes (id INT PRIMARY KEY, body TEXT); CREATE TABLE app.files (id INT PRIMARY KEY, file FILE)')
  await root.run("CREATE TABLE app.public (id INT PRIMARY KEY) WITH (ACCESS_LEVEL = 'PUBLIC')")
  await root.run('CREATE USER TABLE app.own (id INT PRIMARY KEY); INSERT INTO app.own VALUES (-1)')
  await root.run('CREATE TOPIC app.events')
  return live
}

/** All that a text could have changed if it had been more than a text. */
async function whatThereIs({ root, api }: LiveServer): Promise<unknown> {
  const { topics } = (await api.ask('/v1/kafka/topics')).body as { readonly topics: readonly { readonly name: string }[] }
  return {
    canary: await root.rows('SELECT id FROM app.canary'),
    namespaces: await root.rows('SELECT namespace_id FROM system.namespaces ORDER BY 1'),
    tables: await root.rows("SELECT namespace_id, table_name, table_type FROM system.schemas WHERE table_type <> 'system' ORDER BY 1, 2"),
    columns: await root.rows("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'app' ORDER BY 1, 2"),
    users: await root.rows('SELECT user_id, role FROM system.users WHERE deleted_at IS NULL ORDER BY 1'),
    topics: topics.map(({ name }) => name),
  }
}

describe('a text stays one as', () => {
  let live: LiveServer
  before(async () => void (live = await openPlace()))
  after(() => live[Symbol.asyncDispose]())

  for (const [place, attempt] of Object.entries(PLACES)) {
    test(place, async () => {
      const there = await whatThereIs(live)
      for (const [id, text] of TEXTS.entries()) {
        await attempt(text, { live, id }).catch((error: unknown) => {
          throw new Error(`with the text ${text}`, { cause: error })
        })
      }
      assert.deepEqual(await whatThereIs(live), there)
    })
  }
})
