import assert from 'node:assert/strict'
import { beforeEach, afterEach, test } from 'node:test'
import { Logbrook } from 'logbrook/testing'
import { Session } from './session.ts'
import type { FileReference, LiveEvent } from './session.ts'

let broker: Logbrook
let admin: Session
let alice: Session

beforeEach(async () => {
  broker = await Logbrook.create({
    users: { admin: { password: 'secret', role: 'dba' }, alice: 'wonderland' },
    topics: { logs: { partitions: 1 } },
  })
  admin = await Session.login(broker.url, 'admin', 'secret')
  alice = await Session.login(broker.url, 'alice', 'wonderland')
  await admin.sql('CREATE NAMESPACE chat')
  await admin.sql("CREATE TABLE chat.messages (id BIGINT PRIMARY KEY, body TEXT) WITH (ACCESS_LEVEL = 'PUBLIC')")
})
afterEach(() => broker.stop())

/** The next event, or an error when there is none. */
async function next(events: AsyncGenerator<LiveEvent, void>): Promise<LiveEvent> {
  const { value } = await events.next()
  assert.ok(value)
  return value
}

test('rows, with parameters and numbers of 64 bits', async () => {
  await admin.sql('INSERT INTO chat.messages VALUES ($1, $2), (2, NULL)', ['9223372036854775807', "it's me"])
  assert.deepEqual(await alice.sql('SELECT id, body FROM chat.messages WHERE body IS NOT NULL'), [
    { id: '9223372036854775807', body: "it's me" },
  ])
  await assert.rejects(alice.sql("INSERT INTO chat.messages VALUES (3, 'no')"), /PERMISSION_DENIED/)
})

test('a file, up and down', async () => {
  await alice.sql('CREATE USER TABLE chat.albums (id INT PRIMARY KEY, picture FILE)')
  const picture = new File(['not really a picture'], 'My Picture.png', { type: 'image/png' })
  await alice.upload('INSERT INTO chat.albums VALUES ($1, FILE("it"))', { it: picture }, [1])

  const [row] = await alice.sql('SELECT picture FROM chat.albums')
  const reference = row?.['picture'] as FileReference
  assert.deepEqual([reference.name, reference.size], ['My Picture.png', picture.size])
  const blob = await alice.download('chat.albums', reference)
  assert.deepEqual([blob.type, await blob.text()], ['image/png', 'not really a picture'])
  // Each sees only their own rows of a user table, and what lies in them.
  assert.deepEqual(await admin.sql('SELECT picture FROM chat.albums'), [])
})

test('a live query, which goes on where it was', async () => {
  await admin.sql("INSERT INTO chat.messages VALUES (1, 'hello')")
  const events = alice.live('SELECT id, body FROM chat.messages')
  const first = { id: '1', body: 'hello', _seq: '1' }
  assert.deepEqual(await next(events), { kind: 'rows', rows: [first] })
  await admin.sql("UPDATE chat.messages SET body = 'hello!' WHERE id = 1")
  assert.deepEqual(await next(events), { kind: 'update', rows: [{ id: '1', body: 'hello!', _seq: '2' }] })
  await events.return()

  await admin.sql("INSERT INTO chat.messages VALUES (2, 'is anybody there?')")
  const goneOn = alice.live('SELECT id, body FROM chat.messages', '2')
  assert.deepEqual(await next(goneOn), { kind: 'rows', rows: [{ id: '2', body: 'is anybody there?', _seq: '3' }] })
  await admin.sql('DELETE FROM chat.messages WHERE id = 1')
  assert.deepEqual(await next(goneOn), { kind: 'delete', rows: [{ id: '1', body: 'hello!', _seq: '4' }] })
  await goneOn.return()
})

test('a topic that is told of each message, and who consumes it', async () => {
  await admin.sql('CREATE TOPIC chat.events')
  await admin.sql('ALTER TOPIC chat.events ADD SOURCE chat.messages ON INSERT')
  await admin.sql("INSERT INTO chat.messages VALUES (1, 'hello'), (2, 'is anybody there?')")

  const messages = await admin.consume('chat.events', 'bots')
  assert.deepEqual(
    messages.map(({ op, payload }) => [op, JSON.parse(Buffer.from(payload, 'base64').toString())]),
    [
      ['Insert', { id: '1', body: 'hello', _table: 'chat:messages' }],
      ['Insert', { id: '2', body: 'is anybody there?', _table: 'chat:messages' }],
    ],
  )
  await admin.acknowledge('chat.events', 'bots', messages.at(-1)!.offset)
})

test('a topic as a table, and live', async () => {
  const sender = broker.as('admin')
  await sender.produceValue('logs', '{"level":"error","message":"it broke"}')
  await sender.produceValue('logs', '{"level":"info","message":"all is well"}')
  const errors = "SELECT value ->> 'message' AS message FROM topic('logs') WHERE value ->> 'level' = 'error'"
  assert.deepEqual(await admin.sql(errors), [{ message: 'it broke' }])

  const events = admin.live(errors)
  const [there] = (await next(events)).rows
  assert.equal(there?.['message'], 'it broke')
  await sender.produceValue('logs', '{"level":"error","message":"it broke again"}')
  assert.equal((await next(events)).rows[0]?.['message'], 'it broke again')
  await events.return()
})
