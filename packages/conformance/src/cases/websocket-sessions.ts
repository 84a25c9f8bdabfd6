/** `GET /v1/ws`: who may connect, how they say who they are, and until when they are believed (W1 to W7, W25). */
import assert from 'node:assert/strict'
import type { ConformanceCase, Request } from '../case.ts'
import {
  acked,
  ANY_SEQ,
  authenticate,
  failure,
  insertion,
  liveCase,
  nextBatch,
  PUBLIC_TABLE,
  QUERY,
  REFUSED,
  REFUSED_CODE,
  REFUSED_REASON,
  subscribe,
  unsubscribe,
  watches,
  welcome,
} from '../live.ts'
import type { LiveScene } from '../live.ts'
import { ANY_TEXT } from '../match.ts'
import { ORIGIN } from '../profiles.ts'
import { bearer, forged, login, openSession, sessionRefused } from '../sessions.ts'
import { DONE, inserted } from '../statements.ts'
import { basicAuthorization } from '../target.ts'

const AUTHENTICATION_MS = 3_000
const HEARTBEAT_MS = 5_000
const AUTH_REQUESTS_PER_SECOND_MAX = 20

function upgrade(headers: Readonly<Record<string, string>> = {}, path = '/v1/ws'): Request {
  const own = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  return { method: 'GET', path, headers: { ...own, ...headers } }
}

const upgrades: readonly ConformanceCase[] = [
  liveCase({
    name: 'any page may connect where no origin is named, and what is no page',
    proves: ['W1'],
    play: async ({ connect }) => {
      for (const headers of [{}, { Origin: 'https://any.example' }]) await connect('user', { headers })
    },
  }),
  liveCase({
    name: 'only pages of the origins that are named may connect, and what is no page',
    proves: ['W1'],
    needs: 'one-origin',
    play: async ({ connect, scene, tokenOf }) => {
      for (const headers of [{}, { Origin: ORIGIN }]) await connect('user', { headers })
      for (const origin of ['https://other.example', `${ORIGIN}.other.example`, 'null']) {
        await scene.exchange({ request: upgrade({ Origin: origin }), expect: { status: 403 } })
        await scene.exchange({ request: upgrade({ Origin: origin, ...bearer(await tokenOf('user')) }), expect: { status: 403 } })
      }
    },
  }),
  liveCase({
    name: 'a request that asks for no upgrade is answered as any other, and a faulty one is refused',
    proves: ['W1'],
    play: async ({ scene }) => {
      await scene.exchange({ request: { method: 'GET', path: '/v1/ws' }, expect: { status: 426 } })
      await scene.exchange({ request: upgrade({ 'Sec-WebSocket-Version': '7' }), expect: { status: [400, 426] } })
      await scene.exchange({ request: upgrade({ 'Sec-WebSocket-Key': 'short' }), expect: { status: 400 } })
      await scene.exchange({ request: upgrade({}, '/v1/nothing'), expect: { status: 404 } })
    },
  }),
]

const PROTOCOLS: readonly (readonly [fields: object, compression: 'gzip' | 'none'])[] = [
  [{}, 'gzip'],
  [{ protocol: { serialization: 'json', compression: 'gzip' } }, 'gzip'],
  [{ protocol: { serialization: 'json', compression: 'none' } }, 'none'],
  [{ protocol: { serialization: 'msgpack', compression: 'gzip' } }, 'gzip'],
  [{ unknown: true }, 'gzip'],
]

const QUERIES: readonly (readonly [query: string, compression: 'gzip' | 'none'])[] = [
  ['', 'gzip'],
  ['?compress=true', 'gzip'],
  ['?compress=false', 'none'],
  ['?compression=none', 'none'],
  ['?serialization=msgpack', 'gzip'],
  ['?serialization=msgpack&compression=none', 'none'],
]

const sessions: readonly ConformanceCase[] = [
  ...(['user', 'service', 'dba', 'system'] as const).map((speaker) =>
    liveCase({
      name: `a token in the header is answered at once, role ${speaker}`,
      proves: ['W2', 'W4'],
      play: async ({ open, tokenOf }) => {
        const client = await open({ headers: bearer(await tokenOf(speaker)) })
        await client.receives(welcome(`$${speaker.toUpperCase()}`, speaker))
        await client.receivesNothing()
      },
    }),
  ),
  liveCase({
    name: 'a token in a message, with and without a protocol',
    proves: ['W3', 'W4'],
    play: async ({ open, tokenOf }) => {
      for (const [fields, compression] of PROTOCOLS) {
        const client = await open()
        await client.receivesNothing()
        client.send(authenticate(await tokenOf('user'), fields))
        await client.receives(welcome('$USER', 'user', compression))
      }
    },
  }),
  liveCase({
    name: 'a token in the subprotocol, which is echoed; the header counts more',
    proves: ['W2'],
    play: async ({ open, tokenOf }) => {
      const protocol = `kalamdb.jwt.${await tokenOf('user')}`
      const client = await open({ protocols: [protocol] })
      await client.receives(welcome('$USER', 'user'))
      assert.equal(client.protocol, protocol)
      const both = await open({ protocols: ['kalamdb.jwt.wrong'], headers: bearer(await tokenOf('dba')) })
      await both.receives(welcome('$DBA', 'dba'))
      assert.equal(both.protocol, 'kalamdb.jwt.wrong')
      const other = await open({ protocols: [protocol], headers: bearer('wrong') })
      await other.receives(REFUSED)
      await other.closes(REFUSED_CODE, REFUSED_REASON)
    },
  }),
  liveCase({
    name: 'whoever says again who they are is told again',
    proves: ['W2', 'W3'],
    play: async ({ open, tokenOf }) => {
      const token = await tokenOf('user')
      const known = await open({ headers: bearer(token) })
      known.send(authenticate(token))
      for (let time = 0; time < 2; time++) await known.receives(welcome('$USER', 'user'))
      const told = await open()
      for (let time = 0; time < 2; time++) told.send(authenticate(token))
      for (let time = 0; time < 2; time++) await told.receives(welcome('$USER', 'user'))
    },
  }),
  liveCase({
    name: 'the query says what is compressed',
    proves: ['W4'],
    play: async ({ open, tokenOf }) => {
      for (const [query, compression] of QUERIES) {
        const client = await open({ headers: bearer(await tokenOf('user')), query })
        await client.receives(welcome('$USER', 'user', compression))
      }
    },
  }),
]

/** Of what is no good token of the user. */
async function badTokens({ scene, tokenOf }: LiveScene): Promise<readonly string[]> {
  const token = await tokenOf('user')
  const { refresh } = await openSession(scene, login('$USER'))
  const [, claims = ''] = token.split('.')
  const unsigned = forged({ alg: 'none', typ: 'JWT' }, JSON.parse(Buffer.from(claims, 'base64url').toString()) as object, '')
  return ['', 'wrong', `${token}x`, refresh, unsigned]
}

const refusals: readonly ConformanceCase[] = [
  liveCase({
    name: 'what is no good token is refused in the header',
    proves: ['W5'],
    play: async (at) => {
      const headers = [...(await badTokens(at)).map((token) => bearer(token)), { Authorization: 'whatever' }]
      for (const one of [...headers, { Authorization: basicAuthorization({ user: at.scene.names('$USER'), password: 'x' }) }]) {
        const client = await at.open({ headers: one })
        await client.receives(REFUSED)
        await client.closes(REFUSED_CODE, REFUSED_REASON)
      }
    },
  }),
  liveCase({
    name: 'what is no good token is refused in a message',
    proves: ['W5'],
    play: async (at) => {
      const messages = (await badTokens(at)).map((token) => authenticate(token))
      for (const message of [...messages, { type: 'authenticate', method: 'basic', username: '$USER', password: 'x' }]) {
        const client = await at.open()
        client.send(message)
        await client.receives(REFUSED)
        await client.closes(REFUSED_CODE, REFUSED_REASON)
      }
    },
  }),
  liveCase({
    name: 'who they are has to be said within 3 s',
    proves: ['W5'],
    hands: ['letPass'],
    play: async ({ open, connect, scene, tokenOf }) => {
      const known = await connect('user')
      const silent = await open()
      const inTime = await open()
      await silent.roundTrip()
      await scene.hands.letPass(AUTHENTICATION_MS - 500)
      await silent.receivesNothing()
      inTime.send(authenticate(await tokenOf('user')))
      await inTime.receives(welcome('$USER', 'user'))
      await scene.hands.letPass(500)
      await silent.receives({ type: 'auth_error', message: /time(?:d )?-?out/i })
      await silent.closes(REFUSED_CODE)
      for (const client of [known, inTime]) await client.receivesNothing()
    },
  }),
  liveCase({
    name: 'attempts to be let in are among the 20 a second of an address',
    proves: ['W6', 'S14'],
    needs: 'login-limits',
    hands: ['letPass'],
    play: async ({ open, scene, tokenOf }) => {
      const token = await tokenOf('user')
      await scene.hands.letPass(1_000)
      for (let attempt = 0; attempt < AUTH_REQUESTS_PER_SECOND_MAX; attempt++) {
        const client = await open(attempt % 2 === 0 ? { headers: bearer(token) } : {})
        if (attempt % 2 === 1) client.send(authenticate(token))
        await client.receives(welcome('$USER', 'user'))
      }
      const late = await open({ headers: bearer(token) })
      await late.receives(REFUSED)
      await late.closes(REFUSED_CODE)
      await scene.exchange({ request: login('$USER'), expect: sessionRefused(429, 'rate_limited', ANY_TEXT) })
      await scene.hands.letPass(1_000)
      const again = await open({ headers: bearer(token) })
      await again.receives(welcome('$USER', 'user'))
    },
  }),
  liveCase({
    name: 'before it is known who they are, nothing else is heard',
    proves: ['W7'],
    first: [PUBLIC_TABLE],
    play: async ({ open, tokenOf }) => {
      const client = await open()
      client.send(nextBatch('n'))
      client.send(unsubscribe('n'))
      client.send({ type: 'ping' })
      await client.receivesNothing()
      client.send(subscribe('n', QUERY))
      await client.receives(failure('subscribe', 'AUTH_REQUIRED'))
      client.send(authenticate(await tokenOf('user')))
      await client.receives(welcome('$USER', 'user'))
      await watches(client, 'n', QUERY)
    },
  }),
]

/** By which a session ends. */
const CHANGES: Readonly<Record<string, (at: LiveScene) => Promise<unknown>>> = {
  'is gone': ({ scene }) => scene.administration.deleteUser(scene.names('$USER')),
  'has another role': ({ scene }) => scene.administration.changeRole(scene.names('$USER'), 'service'),
  'has another password': ({ scene }) => scene.administration.changePassword(scene.names('$USER'), 'quite another one'),
  'was dropped': ({ says }) => says('dba', "DROP USER '$USER'", DONE),
}

const sessionEnds: readonly ConformanceCase[] = Object.entries(CHANGES).map(([what, change]) =>
  liveCase({
    name: `a user who ${what} is told no change any more, and sent away`,
    proves: ['W25', 'S10'],
    hands: ['letPass'],
    first: [PUBLIC_TABLE],
    play: async (at) => {
      const watching = await at.connect('user')
      const asking = await at.connect('user')
      const idle = await at.connect('user')
      const other = await at.connect('other')
      for (const client of [watching, other]) await watches(client, 'n', QUERY)
      await change(at)
      await at.says('dba', "INSERT INTO $NS.t (id, body) VALUES (1, 'secret')", inserted(1))
      await other.receives(insertion('n', [{ id: '1', body: 'secret', _seq: ANY_SEQ }]))
      asking.send(subscribe('m', QUERY))
      await at.scene.hands.letPass(HEARTBEAT_MS)
      for (const client of [watching, asking, idle]) {
        await client.receives(REFUSED)
        await client.closes(REFUSED_CODE, REFUSED_REASON)
      }
      other.send(subscribe('m', QUERY, null))
      await other.receives(acked('m'))
    },
  }),
)

export const WEBSOCKET_SESSION_CASES: readonly ConformanceCase[] = [...upgrades, ...sessions, ...refusals, ...sessionEnds]
