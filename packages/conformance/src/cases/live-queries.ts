/** Live queries: the rows that there are, and what happens to them (W13 to W19, W21). */
import type { ConformanceCase } from '../case.ts'
import {
  ack,
  acked,
  ANY_SEQ,
  batch,
  control,
  deletion,
  failure,
  IDS,
  ids,
  insertion,
  liveCase,
  nextBatch,
  PUBLIC_TABLE,
  QUERY,
  row,
  seqAfter,
  subscribe,
  subscribed,
  update,
  watches,
} from '../live.ts'
import type { LiveScene } from '../live.ts'
import { Rule } from '../match.ts'
import { DONE, inserted } from '../statements.ts'

const BATCH_ROWS_DEFAULT = 1_000

function range(from: number, end: number): readonly number[] {
  return Array.from({ length: end - from }, (_, i) => from + i)
}

async function fill({ says }: Pick<LiveScene, 'says'>, from: number, end: number): Promise<void> {
  const values = range(from, end).map((id) => `(${id}, 'x')`)
  await says('dba', `INSERT INTO $NS.t (id, body) VALUES ${values.join()}`, inserted(end - from))
}

const beginnings: readonly ConformanceCase[] = [
  liveCase({
    name: 'a subscription is acknowledged with its columns, and its rows follow',
    proves: ['W13', 'W19'],
    first: [PUBLIC_TABLE, "INSERT INTO $NS.t (id, body) VALUES (1, 'one'), (2, 'two')"],
    play: async ({ connect }) => {
      const client = await connect('user')
      client.send(subscribe('n', 'SELECT * FROM $NS.t'))
      await client.receives(ack('n', 'id BigInt, body Text, _seq BigInt, _deleted Boolean', control(0, 'ready')))
      const rows = [
        { id: '1', body: 'one', _seq: ANY_SEQ, _deleted: false },
        { id: '2', body: 'two', _seq: ANY_SEQ, _deleted: false },
      ]
      await client.receives(batch('n', rows, control(0, 'ready')))
      await client.receivesNothing()
    },
  }),
  liveCase({
    name: 'a subscription of nothing has an empty batch',
    proves: ['W13'],
    first: [PUBLIC_TABLE],
    play: async ({ connect }) => {
      const client = await connect('user')
      client.send(subscribe('n', QUERY))
      await client.receives(ack('n', 'id BigInt, body Text, _seq BigInt', control(0, 'ready', 'without')))
      await client.receives(batch('n', [], control(0, 'ready', 'without')))
    },
  }),
  liveCase({
    name: 'a subscription without options has no batch',
    proves: ['W13'],
    first: [PUBLIC_TABLE, "INSERT INTO $NS.t (id, body) VALUES (1, 'one')"],
    play: async ({ connect, says }) => {
      const [none, left] = [await connect('user'), await connect('user')]
      none.send(subscribe('n', QUERY, null))
      left.send({ type: 'subscribe', subscription: { id: 'n', sql: QUERY } })
      for (const client of [none, left]) {
        await client.receives(ack('n', 'id BigInt, body Text, _seq BigInt', control(0, 'ready', 'without')))
        await client.receivesNothing()
      }
      await says('dba', "INSERT INTO $NS.t (id, body) VALUES (2, 'two')", inserted(1))
      for (const client of [none, left]) await client.receives(insertion('n', [row(2, 'two')]))
    },
  }),
  liveCase({
    name: 'rows and changes have _seq and an id, whatever is selected',
    proves: ['W19'],
    first: [
      "CREATE SHARED TABLE $NS.people (name TEXT PRIMARY KEY, age INT) WITH (ACCESS_LEVEL = 'PUBLIC')",
      "INSERT INTO $NS.people (name, age) VALUES ('Ann', 7)",
      'CREATE STREAM TABLE $NS.clicks (what TEXT) WITH (TTL_SECONDS = 3600)',
    ],
    play: async ({ connect, says }) => {
      const client = await connect('user')
      const hasId = new Rule('a row of that age, with _seq and an id', (value) => hasKeys(value, ['age', '_seq', 'id']))
      await subscribed(client, 'p', { sql: 'SELECT age FROM $NS.people', rows: [hasId] })
      await says('dba', "INSERT INTO $NS.people (name, age) VALUES ('Bea', 8)", inserted(1))
      await client.receives(insertion('p', [hasId]))
      await watches(client, 'c', 'SELECT what FROM $NS.clicks')
      await says('user', "INSERT INTO $NS.clicks (what) VALUES ('a')", inserted(1))
      await client.receives(insertion('c', [new Rule('a click', (value) => hasKeys(value, ['what', '_seq', 'id']))]))
    },
  }),
  liveCase({
    name: 'comments, a list of columns and literals are taken',
    proves: ['W21'],
    first: [PUBLIC_TABLE, "INSERT INTO $NS.t (id, body) VALUES (9, 'a'), (10, 'b')"],
    play: async ({ connect }) => {
      const client = await connect('user')
      const sql = "-- those that are late\nSELECT id, body FROM $NS.t /* all */ WHERE id >= 10 AND body <> 'it''s'"
      await subscribed(client, 'n', { sql, rows: [row(10, 'b')] })
    },
  }),
]

function hasKeys(value: unknown, keys: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).toSorted().join() === keys.toSorted().join()
}

const batches: readonly ConformanceCase[] = [
  liveCase({
    name: `a batch has ${BATCH_ROWS_DEFAULT} rows where nothing else is asked for`,
    proves: ['W14'],
    first: [PUBLIC_TABLE],
    play: async (at) => {
      await fill(at, 0, BATCH_ROWS_DEFAULT)
      const client = await at.connect('user')
      await subscribed(client, 'exact', { sql: IDS, rows: ids(...range(0, BATCH_ROWS_DEFAULT)) })
      await fill(at, BATCH_ROWS_DEFAULT, BATCH_ROWS_DEFAULT + 1)
      await client.receives(insertion('exact', ids(BATCH_ROWS_DEFAULT)))
      client.send(subscribe('n', IDS))
      await client.receives(acked('n'))
      await client.receives(batch('n', ids(...range(0, BATCH_ROWS_DEFAULT)), control(0, 'loading')))
      await client.receivesNothing()
      client.send(nextBatch('n'))
      await client.receives(batch('n', ids(BATCH_ROWS_DEFAULT), control(1, 'ready')))
      client.send(nextBatch('n'))
      client.send(nextBatch('nobody'))
      await client.receivesNothing()
    },
  }),
  liveCase({
    name: 'batches of the size that was asked for come one by one, and no row twice',
    proves: ['W14', 'W13'],
    first: [PUBLIC_TABLE],
    play: async (at) => {
      await fill(at, 0, 5)
      const client = await at.connect('user')
      client.send(subscribe('n', IDS, { batch_size: 2 }))
      await client.receives(ack('n', 'id BigInt, _seq BigInt', control(0, 'loading')))
      const { message } = await client.receives(batch('n', ids(0, 1), control(0, 'loading')))
      const { last_seq_id: last } = message['batch_control'] as { readonly last_seq_id: number }
      client.send(nextBatch('n', { last_seq_id: last }))
      await client.receives(batch('n', ids(2, 3), control(1, 'loading_batch')))
      client.send(nextBatch('n'))
      await client.receives(batch('n', ids(4), control(2, 'ready')))
    },
  }),
  liveCase({
    name: 'a batch that all rows fit in is the only one',
    proves: ['W14'],
    first: [PUBLIC_TABLE],
    play: async (at) => {
      await fill(at, 0, 3)
      const client = await at.connect('user')
      await subscribed(client, 'n', { sql: IDS, options: { batch_size: 3 }, rows: ids(0, 1, 2) })
    },
  }),
  liveCase({
    name: 'last_rows are the last, no more than a batch',
    proves: ['W15'],
    first: [PUBLIC_TABLE],
    play: async (at) => {
      await fill(at, 0, 5)
      const client = await at.connect('user')
      for (const [options, rows] of [
        [{ last_rows: 2 }, ids(3, 4)],
        [{ last_rows: 100 }, ids(0, 1, 2, 3, 4)],
        [{ last_rows: 2, batch_size: 2 }, ids(3, 4)],
        [{ last_rows: 0 }, []],
        [{ last_rows: null, batch_size: null, from: null, unknown: true }, ids(0, 1, 2, 3, 4)],
      ] as const) {
        await subscribed(client, 'n', { sql: IDS, options, rows })
      }
      client.send(subscribe('n', IDS, { last_rows: 3, batch_size: 2 }))
      await client.receives(failure('n', 'UNSUPPORTED'))
      await subscribed(client, 'n', { sql: `${IDS} WHERE id < 3`, options: { last_rows: 2 }, rows: ids(1, 2) })
    },
  }),
  liveCase({
    name: 'from goes on after a _seq, by both of its names, as number and as text, before last_rows',
    proves: ['W15'],
    first: [PUBLIC_TABLE],
    play: async (at) => {
      await fill(at, 0, 4)
      const [[seq] = []] = await at.rowsOf('dba', 'SELECT _seq FROM $NS.t WHERE id = 1')
      const client = await at.connect('user')
      for (const [options, rows] of [
        [`{"from":${String(seq)}}`, ids(2, 3)],
        [`{"from":"${String(seq)}"}`, ids(2, 3)],
        [`{"from_seq_id":${String(seq)}}`, ids(2, 3)],
        [`{"from_seq_id":"${String(seq)}"}`, ids(2, 3)],
        [`{"from":${String(seq)},"last_rows":1}`, ids(2, 3)],
        [`{"from":${String(seq)},"last_rows":9,"batch_size":2}`, ids(2, 3)],
        ['{"from":0}', ids(0, 1, 2, 3)],
        ['{"from":9223372036854775807}', []],
        ['{"from":"9223372036854775807"}', []],
      ] as const) {
        client.send(`{"type":"subscribe","subscription":{"id":"n","sql":"${IDS}","options":${options}}}`)
        await client.receives(acked('n'))
        await client.receives(batch('n', rows, control(0, 'ready', rows.length > 0 ? 'with' : 'without')))
      }
    },
  }),
]

const changes: readonly ConformanceCase[] = [
  liveCase({
    name: 'a row that is inserted, updated and deleted is told as that, each time with a new _seq',
    proves: ['W16'],
    first: [PUBLIC_TABLE],
    play: async ({ connect, says }) => {
      const client = await connect('user')
      await subscribed(client, 'n', { sql: QUERY, rows: [] })
      await says('dba', "INSERT INTO $NS.t (id, body) VALUES (1, 'a')", inserted(1))
      const first = seqOf(await client.receives(insertion('n', [row(1, 'a')])), 'rows')
      await says('dba', "UPDATE $NS.t SET body = 'b' WHERE id = 1", DONE)
      const second = seqOf(
        await client.receives(
          update(
            'n',
            [
              row(
                1,
                'b',
                seqAfter(() => first),
              ),
            ],
            [row(1, 'a', first)],
          ),
        ),
        'rows',
      )
      await says('dba', 'DELETE FROM $NS.t WHERE id = 1', DONE)
      const third = seqOf(
        await client.receives(
          deletion('n', [
            row(
              1,
              'b',
              seqAfter(() => second),
            ),
          ]),
        ),
        'old_values',
      )
      await says('dba', "INSERT INTO $NS.t (id, body) VALUES (1, 'c')", inserted(1))
      await client.receives(
        insertion('n', [
          row(
            1,
            'c',
            seqAfter(() => third),
          ),
        ]),
      )
    },
  }),
  liveCase({
    name: 'what changes nothing is not told, nor what is rolled back',
    proves: ['W16'],
    first: [PUBLIC_TABLE, "INSERT INTO $NS.t (id, body) VALUES (1, 'a')"],
    play: async ({ connect, says }) => {
      const client = await connect('user')
      await watches(client, 'n', QUERY)
      await says('dba', "UPDATE $NS.t SET body = 'a' WHERE id = 1", DONE)
      await says('dba', 'DELETE FROM $NS.t WHERE id = 7', DONE)
      await says('dba', "BEGIN; INSERT INTO $NS.t (id, body) VALUES (2, 'b'); ROLLBACK", DONE)
      await says('dba', "BEGIN; INSERT INTO $NS.t (id, body) VALUES (3, 'c'); INSERT INTO $NS.t (id, body) VALUES (4, 'd'); COMMIT", DONE)
      await client.receives(insertion('n', [row(3, 'c'), row(4, 'd')]))
      await client.receivesNothing()
    },
  }),
  liveCase({
    name: 'every subscription on a connection is told of what it is of',
    proves: ['W16', 'W18'],
    first: [PUBLIC_TABLE, 'CREATE SHARED TABLE $NS.u (id BIGINT PRIMARY KEY)'],
    play: async ({ connect, says }) => {
      const client = await connect('dba')
      await watches(client, 'even', `${IDS} WHERE id % 2 = 0`)
      await watches(client, 'odd', `${IDS} WHERE id % 2 = 1`)
      await watches(client, 'u', 'SELECT id FROM $NS.u')
      await says('dba', "INSERT INTO $NS.t (id, body) VALUES (2, '')", inserted(1))
      await client.receives(insertion('even', ids(2)))
      await says('dba', 'INSERT INTO $NS.u (id) VALUES (2)', inserted(1))
      await client.receives(insertion('u', ids(2)))
      await says('dba', "INSERT INTO $NS.t (id, body) VALUES (3, '')", inserted(1))
      await client.receives(insertion('odd', ids(3)))
      await client.receivesNothing()
    },
  }),
  liveCase({
    name: 'a row comes in, stays and goes as the condition says',
    proves: ['W18', 'W16'],
    first: [PUBLIC_TABLE, "INSERT INTO $NS.t (id, body) VALUES (1, 'no')"],
    play: async ({ connect, says }) => {
      const client = await connect('user')
      await subscribed(client, 'n', { sql: `${QUERY} WHERE body LIKE 'yes%'`, rows: [] })
      await says('dba', "INSERT INTO $NS.t (id, body) VALUES (2, 'no')", inserted(1))
      await says('dba', "UPDATE $NS.t SET body = 'yes' WHERE id = 1", DONE)
      const first = seqOf(await client.receives(insertion('n', [row(1, 'yes')])), 'rows')
      await says('dba', "UPDATE $NS.t SET body = 'yes, still' WHERE id = 1", DONE)
      await client.receives(
        update(
          'n',
          [
            row(
              1,
              'yes, still',
              seqAfter(() => first),
            ),
          ],
          [row(1, 'yes')],
        ),
      )
      await says('dba', "UPDATE $NS.t SET body = 'no more' WHERE id = 1", DONE)
      await client.receives(
        deletion('n', [
          row(
            1,
            'yes, still',
            seqAfter(() => first),
          ),
        ]),
      )
      await says('dba', 'DELETE FROM $NS.t WHERE id = 1', DONE)
      await client.receivesNothing()
    },
  }),
  liveCase({
    name: 'what happens while batches are fetched comes after the last of them, once',
    proves: ['W17', 'W14'],
    first: [PUBLIC_TABLE],
    play: async (at) => {
      await fill(at, 0, 4)
      const client = await at.connect('user')
      client.send(subscribe('n', QUERY, { batch_size: 2 }))
      await client.receives(acked('n'))
      await client.receives(batch('n', [row(0, 'x'), row(1, 'x')], control(0, 'loading')))
      await at.says('dba', "INSERT INTO $NS.t (id, body) VALUES (9, 'new')", inserted(1))
      await at.says('dba', "UPDATE $NS.t SET body = 'y' WHERE id = 0", DONE)
      await client.receivesNothing()
      client.send(nextBatch('n'))
      await client.receives(batch('n', [row(2, 'x'), row(3, 'x')], control(1, 'ready')))
      await client.receives(insertion('n', [row(9, 'new')]))
      await client.receives(update('n', [row(0, 'y')], [row(0, 'x')]))
      await client.receivesNothing()
    },
  }),
  liveCase({
    name: 'a connection that is lost is gone on with after what was seen',
    proves: ['W15', 'W17'],
    first: [PUBLIC_TABLE],
    play: async ({ connect, says }) => {
      const before = await connect('user')
      await watches(before, 'n', QUERY)
      await says('dba', "INSERT INTO $NS.t (id, body) VALUES (1, 'a')", inserted(1))
      const seen = seqOf(await before.receives(insertion('n', [row(1, 'a')])), 'rows')
      await before.leave()
      await says('dba', "INSERT INTO $NS.t (id, body) VALUES (2, 'b')", inserted(1))
      const after = await connect('user')
      await subscribed(after, 'n', {
        sql: QUERY,
        options: { from: Number(seen) },
        rows: [
          row(
            2,
            'b',
            seqAfter(() => seen),
          ),
        ],
      })
    },
  }),
]

function seqOf({ message }: { readonly message: Readonly<Record<string, unknown>> }, where: 'rows' | 'old_values'): string {
  return (message[where] as readonly [{ readonly _seq: string }])[0]._seq
}

export const LIVE_QUERY_CASES: readonly ConformanceCase[] = [...beginnings, ...batches, ...changes]
