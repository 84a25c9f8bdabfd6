/** Who may subscribe to what, how often, and what there is of a subscription (W20 to W24, W27). */
import assert from 'node:assert/strict'
import type { ConformanceCase } from '../case.ts'
import {
  acked,
  deletion,
  failure,
  IDS,
  ids,
  insertion,
  liveCase,
  PUBLIC_TABLE,
  QUERY,
  row,
  subscribe,
  subscribed,
  unsubscribe,
  watches,
} from '../live.ts'
import type { LiveScene } from '../live.ts'
import { Rule } from '../match.ts'
import { DONE, inserted, told } from '../statements.ts'
import type { Speaker } from '../statements.ts'

const SUBSCRIPTIONS_PER_USER_MAX = 10

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
    first: [PUBLIC_TABLE],
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
    first: [PUBLIC_TABLE],
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
    first: [PUBLIC_TABLE, "INSERT INTO $NS.t (id, body) VALUES (1, 'a')"],
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
    first: [PUBLIC_TABLE],
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
    first: [PUBLIC_TABLE],
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
    first: [PUBLIC_TABLE],
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
    first: [PUBLIC_TABLE],
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
    first: [PUBLIC_TABLE],
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
    first: [PUBLIC_TABLE],
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
    first: [PUBLIC_TABLE, "INSERT INTO $NS.t (id, body) VALUES (1, 'a'), (2, 'b')"],
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

export const LIVE_SUBSCRIPTION_CASES: readonly ConformanceCase[] = [...access, ...language, ...counts]
