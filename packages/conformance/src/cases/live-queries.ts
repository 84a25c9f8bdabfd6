/** Live queries: the rows that there are, what happens to them, and who is told (W13 to W24, W26, W27). */
import assert from 'node:assert/strict'
import type { ConformanceCase } from '../case.ts'
import {
  ack,
  acked,
  ANY_SEQ,
  batch,
  control,
  deletion,
  failure,
  insertion,
  liveCase,
  nextBatch,
  seqAfter,
  subscribe,
  subscribed,
  unsubscribe,
  update,
  watches,
} from '../live.ts'
import type { LiveScene } from '../live.ts'
import { Rule } from '../match.ts'
import type { Pattern } from '../match.ts'
import { DONE, inserted, told } from '../statements.ts'
import type { Speaker } from '../statements.ts'

const BATCH_ROWS_DEFAULT = 1_000
const SUBSCRIPTIONS_PER_USER_MAX = 10

const TABLE = "CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, body TEXT) WITH (ACCESS_LEVEL = 'PUBLIC')"
const QUERY = 'SELECT id, body FROM $NS.t'
const IDS = 'SELECT id FROM $NS.t'

/** Rows of `QUERY`. */
function row(id: number, body: string, seq: Pattern = ANY_SEQ): Pattern {
  return { id: String(id), body, _seq: seq }
}

/** Rows of `IDS`. */
function ids(...numbers: readonly number[]): readonly Pattern[] {
  return numbers.map((id) => ({ id: String(id), _seq: ANY_SEQ }))
}

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
    first: [TABLE, "INSERT INTO $NS.t (id, body) VALUES (1, 'one'), (2, 'two')"],
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
    first: [TABLE],
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
    first: [TABLE, "INSERT INTO $NS.t (id, body) VALUES (1, 'one')"],
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
    first: [TABLE, "INSERT INTO $NS.t (id, body) VALUES (9, 'a'), (10, 'b')"],
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
    first: [TABLE],
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
    first: [TABLE],
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
    first: [TABLE],
    play: async (at) => {
      await fill(at, 0, 3)
      const client = await at.connect('user')
      await subscribed(client, 'n', { sql: IDS, options: { batch_size: 3 }, rows: ids(0, 1, 2) })
    },
  }),
  liveCase({
    name: 'last_rows are the last, no more than a batch',
    proves: ['W15'],
    first: [TABLE],
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
    first: [TABLE],
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
    first: [TABLE],
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
    first: [TABLE, "INSERT INTO $NS.t (id, body) VALUES (1, 'a')"],
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
    first: [TABLE, 'CREATE SHARED TABLE $NS.u (id BIGINT PRIMARY KEY)'],
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
    first: [TABLE, "INSERT INTO $NS.t (id, body) VALUES (1, 'no')"],
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
    first: [TABLE],
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
    first: [TABLE],
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

const EVERYBODY: readonly Speaker[] = ['user', 'service', 'dba', 'system']

/** Who may read a SHARED table of that level. */
const READERS: Readonly<Record<string, readonly Speaker[]>> = {
  PUBLIC: EVERYBODY,
  PRIVATE: ['service', 'dba', 'system'],
  RESTRICTED: ['service', 'dba', 'system'],
  DBA: ['dba', 'system'],
}

const access: readonly ConformanceCase[] = [
  ...Object.entries(READERS).map(([level, readers]) =>
    liveCase({
      name: `a SHARED table of ACCESS_LEVEL ${level} is told to those whom it admits`,
      proves: ['W20'],
      first: [`CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY) WITH (ACCESS_LEVEL = '${level}')`],
      play: async ({ connect, says }) => {
        const clients = await Promise.all(EVERYBODY.map(async (speaker) => [speaker, await connect(speaker)] as const))
        for (const [speaker, client] of clients) {
          if (readers.includes(speaker)) {
            await subscribed(client, 'n', { sql: IDS, rows: [] })
          } else {
            client.send(subscribe('n', IDS))
            await client.receives(failure('n', 'UNAUTHORIZED'))
          }
        }
        await says('dba', 'INSERT INTO $NS.t (id) VALUES (1)', inserted(1))
        for (const [speaker, client] of clients) if (readers.includes(speaker)) await client.receives(insertion('n', ids(1)))
        for (const [, client] of clients) await client.receivesNothing()
      },
    }),
  ),
  ...(
    [
      ['USER', 'CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY)'],
      ['STREAM', 'CREATE STREAM TABLE $NS.t (id BIGINT PRIMARY KEY) WITH (TTL_SECONDS = 3600)'],
    ] as const
  ).map(([type, table]) =>
    liveCase({
      name: `rows of a ${type} table are told to their user alone`,
      proves: ['W20'],
      first: [table],
      play: async ({ connect, says }) => {
        await says('user', 'INSERT INTO $NS.t (id) VALUES (1)', inserted(1))
        const clients = await Promise.all([connect('user'), connect('other'), connect('system')])
        const [user, other, system] = clients
        await subscribed(user, 'n', { sql: IDS, rows: ids(1) })
        for (const client of [other, system]) await subscribed(client, 'n', { sql: IDS, rows: [] })
        for (const [id, speaker] of (['user', 'other', 'system'] as const).entries()) {
          await says(speaker, `INSERT INTO $NS.t (id) VALUES (${10 + id})`, inserted(1))
        }
        for (const [id, client] of clients.entries()) await client.receives(insertion('n', ids(10 + id)))
        await says('user', 'DELETE FROM $NS.t WHERE id = 1', DONE)
        await user.receives(deletion('n', ids(1)))
        for (const client of clients) await client.receivesNothing()
      },
    }),
  ),
  liveCase({
    name: 'rows of another, written as them, are told to them',
    proves: ['W20'],
    first: ['CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY)'],
    play: async ({ connect, says }) => {
      const [user, dba] = [await connect('user'), await connect('dba')]
      for (const client of [user, dba]) await watches(client, 'n', IDS)
      await says('dba', "EXECUTE AS USER '$USER' (INSERT INTO $NS.t (id) VALUES (1))", inserted(1, { asUser: '$USER' }))
      await user.receives(insertion('n', ids(1)))
      await dba.receivesNothing()
    },
  }),
  liveCase({
    name: 'system tables are for administrators to subscribe to',
    proves: ['W20'],
    first: [TABLE],
    play: async ({ connect }) => {
      for (const [speaker, may] of [
        ['user', false],
        ['service', false],
        ['dba', true],
        ['system', true],
      ] as const) {
        const client = await connect(speaker)
        client.send(subscribe('n', "SELECT * FROM system.namespaces WHERE namespace_id = '$NS'"))
        await client.receives(may ? acked('n') : failure('n', 'UNAUTHORIZED'))
      }
    },
  }),
  liveCase({
    name: 'what there is not is told as that, and what it is of is told to nobody else',
    proves: ['W20'],
    play: async ({ connect }) => {
      const client = await connect('dba')
      client.send(subscribe('n', 'SELECT * FROM $NS.nowhere'))
      await client.receives(failure('n', 'NOT_FOUND'))
      client.send(subscribe('n', 'SELECT * FROM nowhere.nothing'))
      await client.receives(failure('n', 'NOT_FOUND'))
    },
  }),
  liveCase({
    name: 'a table that is dropped ends what is subscribed to it',
    proves: ['W20'],
    first: [TABLE],
    play: async ({ connect, says }) => {
      const client = await connect('user')
      await watches(client, 'n', QUERY)
      await says('dba', 'DROP TABLE $NS.t', DONE)
      await client.receives(failure('n', 'NOT_FOUND'))
    },
  }),
]

const ANY_REFUSAL = new Rule('UNSUPPORTED or INVALID_SQL', (code) => code === 'UNSUPPORTED' || code === 'INVALID_SQL')

const NOT_LIVE: readonly string[] = [
  `${QUERY} ORDER BY id`,
  `${QUERY} LIMIT 1`,
  `${QUERY} OFFSET 1`,
  'SELECT count(*) FROM $NS.t',
  'SELECT body, count(*) FROM $NS.t GROUP BY body',
  'SELECT DISTINCT body FROM $NS.t',
  'SELECT a.id FROM $NS.t a JOIN $NS.t b ON a.id = b.id',
  'SELECT id FROM (SELECT id FROM $NS.t) AS x',
  `${IDS} UNION ${IDS}`,
  'WITH x AS (SELECT id FROM $NS.t) SELECT id FROM x',
  'SELECT 1',
  "INSERT INTO $NS.t (id, body) VALUES (7, 'x')",
  'DELETE FROM $NS.t',
  'DROP TABLE $NS.t',
  `${QUERY}; ${QUERY}`,
  'SELECT FROM WHERE',
  'SELECT nothing FROM $NS.t',
  '',
]

const language: readonly ConformanceCase[] = [
  liveCase({
    name: 'what is not SELECT … FROM one table is refused, and nothing of it is done',
    proves: ['W21'],
    first: [TABLE, "INSERT INTO $NS.t (id, body) VALUES (1, 'a')"],
    play: async ({ connect }) => {
      const client = await connect('dba')
      for (const sql of NOT_LIVE) {
        client.send(subscribe('n', sql))
        await client.receives({ type: 'error', subscription_id: 'n', code: ANY_REFUSAL, message: /./ })
      }
      await subscribed(client, 'n', { sql: QUERY, rows: [row(1, 'a')] })
    },
  }),
]

const counts: readonly ConformanceCase[] = [
  liveCase({
    name: `a user has ${SUBSCRIPTIONS_PER_USER_MAX} live subscriptions, on all connections`,
    proves: ['W22'],
    first: [TABLE],
    play: async ({ connect }) => {
      const clients = [await connect('user'), await connect('user')] as const
      for (let n = 0; n < SUBSCRIPTIONS_PER_USER_MAX; n++) await watches(clients[n % 2]!, `n${n}`, QUERY)
      for (const client of clients) {
        client.send(subscribe('more', QUERY))
        await client.receives(failure('more', 'SUBSCRIPTION_LIMIT_EXCEEDED'))
      }
      await watches(await connect('other'), 'n', QUERY)
      clients[0].send(unsubscribe('n0'))
      await watches(clients[0], 'more', QUERY)
      clients[0].send(subscribe('one more', QUERY))
      await clients[0].receives(failure('one more', 'SUBSCRIPTION_LIMIT_EXCEEDED'))
      await watches(clients[0], 'n2', IDS)
    },
  }),
  liveCase({
    name: 'unsubscribe is not answered, ends what it names, and ignores what it does not know',
    proves: ['W23'],
    first: [TABLE],
    play: async ({ connect, says }) => {
      const client = await connect('user')
      await watches(client, 'n', QUERY)
      client.send(unsubscribe('nobody'))
      client.send(unsubscribe('n'))
      client.send(unsubscribe('n'))
      await client.receivesNothing()
      await watches(client, 'm', QUERY)
      await says('dba', "INSERT INTO $NS.t (id, body) VALUES (1, 'a')", inserted(1))
      await client.receives(insertion('m', [row(1, 'a')]))
      await client.receivesNothing()
    },
  }),
  liveCase({
    name: 'a subscription takes the place of one of the same id',
    proves: ['W23'],
    first: [TABLE],
    play: async ({ connect, says }) => {
      const client = await connect('user')
      await watches(client, 'n', QUERY)
      await watches(client, 'n', `${IDS} WHERE id > 5`)
      await says('dba', "INSERT INTO $NS.t (id, body) VALUES (1, 'a')", inserted(1))
      await says('dba', "INSERT INTO $NS.t (id, body) VALUES (6, 'a')", inserted(1))
      await client.receives(insertion('n', ids(6)))
      await client.receivesNothing()
    },
  }),
  liveCase({
    name: 'an id is not blank',
    proves: ['W23'],
    first: [TABLE],
    play: async ({ connect }) => {
      const client = await connect('user')
      for (const id of ['', ' ', '\t']) {
        client.send(subscribe(id, QUERY))
        await client.receives(failure('invalid_subscription', 'INVALID_SUBSCRIPTION_ID'))
      }
      await watches(client, 'sub_ä "1"', QUERY)
    },
  }),
  liveCase({
    name: 'system.live has a row for as long as a live query is there',
    proves: ['W24', 'Q47'],
    first: [TABLE],
    play: async (at) => {
      const client = await at.connect('user')
      await watches(client, 'one', QUERY)
      await watches(client, 'two', IDS)
      assert.deepEqual(await livesOf(at, 'subscription_id, namespace_id, table_name, status, changes'), [
        ['one', at.scene.names('$NS'), 't', 'active', '0'],
        ['two', at.scene.names('$NS'), 't', 'active', '0'],
      ])
      client.send(unsubscribe('one'))
      await client.roundTrip()
      await until(async () => (await livesOf(at, 'subscription_id')).join() === 'two')
      await client.leave()
      await until(async () => (await livesOf(at, 'subscription_id')).length === 0)
    },
  }),
  liveCase({
    name: 'KILL LIVE QUERY ends one, and only that',
    proves: ['W24', 'Q44'],
    first: [TABLE],
    play: async (at) => {
      const client = await at.connect('user')
      await watches(client, 'one', QUERY)
      await watches(client, 'two', IDS)
      const [[liveId] = []] = await livesOf(at, 'live_id')
      await at.says('dba', `KILL LIVE QUERY '${String(liveId)}'`, told(`Live query killed: ${String(liveId)}`))
      assert.deepEqual(await livesOf(at, 'subscription_id'), [['two']])
      await client.receives(failure('one', 'SUBSCRIPTION_FAILED'))
      await at.says('dba', "INSERT INTO $NS.t (id, body) VALUES (1, 'a')", inserted(1))
      await client.receives(insertion('two', ids(1)))
      await client.receivesNothing()
    },
  }),
  liveCase({
    name: 'what SUBSCRIBE TO answers can be subscribed to',
    proves: ['W27', 'Q44'],
    first: [TABLE, "INSERT INTO $NS.t (id, body) VALUES (1, 'a'), (2, 'b')"],
    play: async ({ connect, rowsOf }) => {
      const [[, url, subscription] = []] = await rowsOf('user', 'SUBSCRIBE TO $NS.t WHERE id > 1 OPTIONS (last_rows = 10)')
      assert.match(String(url), /^wss?:\/\/[^/]+\/v1\/ws$/)
      const { id, sql } = JSON.parse(String(subscription)) as { readonly id: string; readonly sql: string }
      const client = await connect('user')
      await subscribed(client, id, { sql, rows: [{ ...(row(2, 'b') as object), _deleted: false }] })
    },
  }),
]

/** The user's, in their order. */
async function livesOf({ rowsOf }: LiveScene, columns: string): Promise<readonly (readonly unknown[])[]> {
  return await rowsOf('dba', `SELECT ${columns} FROM system.live WHERE user_id = '$USER' ORDER BY subscription_id`)
}

/** Questions that are asked before an end that does not come is given up: each is a round trip, not a time. */
const QUESTIONS_MAX = 200

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let question = 0; question < QUESTIONS_MAX; question++) if (await holds()) return
  assert.fail('a live query that is over stays in system.live')
}

export const LIVE_QUERY_CASES: readonly ConformanceCase[] = [...beginnings, ...batches, ...changes, ...access, ...language, ...counts]
