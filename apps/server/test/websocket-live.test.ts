/** Live queries over a real WebSocket: what a subscriber is told, frame by frame (contract 7.4, 7.5, 9). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveClient } from './live-client.ts'
import { startLive, withNotes } from './live-server.ts'

test('a subscriber gets the rows that there are, then what happens to them', async () => {
  await using at = await withNotes(await startLive())
  await at.root.run("INSERT INTO app.notes (id, body) VALUES (1, 'one'), (2, 'two')")
  using client = await liveClient(at.api.url, at.alice.authorization)
  client.subscribe('notes', 'SELECT * FROM app.notes')
  const ack = await client.nextOf('subscription_ack')
  assert.deepEqual(ack, {
    type: 'subscription_ack',
    subscription_id: 'notes',
    total_rows: 0,
    batch_control: { batch_num: 0, has_more: false, status: 'ready', last_seq_id: 2 },
    schema: [
      { name: 'id', data_type: 'BigInt', index: 0 },
      { name: 'body', data_type: 'Text', index: 1 },
      { name: '_seq', data_type: 'BigInt', index: 2 },
      { name: '_deleted', data_type: 'Boolean', index: 3 },
    ],
  })
  const batch = await client.nextOf('initial_data_batch')
  assert.deepEqual(batch['batch_control'], ack['batch_control'])
  assert.deepEqual(batch['rows'], [
    { id: '1', body: 'one', _seq: '1', _deleted: false },
    { id: '2', body: 'two', _seq: '2', _deleted: false },
  ])

  await at.root.run("INSERT INTO app.notes (id, body) VALUES (3, 'three')")
  assert.deepEqual(await client.next(), {
    type: 'change',
    subscription_id: 'notes',
    change_type: 'insert',
    rows: [{ id: '3', body: 'three', _seq: '3', _deleted: false }],
  })
  await at.root.run("UPDATE app.notes SET body = 'THREE' WHERE id = 3")
  assert.deepEqual(await client.next(), {
    type: 'change',
    subscription_id: 'notes',
    change_type: 'update',
    rows: [{ id: '3', body: 'THREE', _seq: '4', _deleted: false }],
    old_values: [{ id: '3', body: 'three', _seq: '3', _deleted: false }],
  })
  await at.root.run('DELETE FROM app.notes WHERE id = 3')
  assert.deepEqual(await client.next(), {
    type: 'change',
    subscription_id: 'notes',
    change_type: 'delete',
    old_values: [{ id: '3', body: 'THREE', _seq: '5', _deleted: true }],
  })
})
