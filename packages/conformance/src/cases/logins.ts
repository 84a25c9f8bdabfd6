/** Logging in (S1, S2, S12 to S14): what is answered, and what is refused in which order. */
import { AssertionError } from 'node:assert/strict'
import type { ConformanceCase, Exchange, Expectation, Request } from '../case.ts'
import { ANY_TEXT } from '../match.ts'
import { LOCKED, login, loginWith, PASSWORD, sessionOf, sessionRefused, UNAUTHORIZED } from '../sessions.ts'

const USER = { name: '$USER', password: PASSWORD }
const GIVEN = { users: [USER] }
const MALFORMED = sessionRefused(400, 'invalid_request', ANY_TEXT)
const LIMITED = sessionRefused(429, 'rate_limited', ANY_TEXT)

/** Of the contract: characters of a name and of a password at login. */
const USER_LENGTH_MAX = 128
const PASSWORD_LENGTH_MAX = 256
const JSON_BYTES_MAX = 2 * 1024 * 1024
const FAILURES_MAX = 5
const LOCK_MINUTES = 15
const REQUESTS_PER_SECOND_MAX = 20

function text(body: string): Request {
  return { ...login(), body }
}

function refusedWith(fields: Readonly<Record<string, unknown>>, expect: Expectation = UNAUTHORIZED): Exchange {
  return { request: loginWith(fields), expect }
}

const MALFORMED_BODIES: readonly (readonly [name: string, body: string])[] = [
  ['empty', ''],
  ['no JSON', '{"user":'],
  ['JSON and more', '{"user":"$USER","password":"x"}}'],
  ['a list', '[]'],
  ['null', 'null'],
  ['without a user', '{"password":"x"}'],
  ['without a password', '{"user":"$USER"}'],
  ['with a user and an alias', '{"user":"$USER","username":"$USER","password":"x"}'],
  ['with a number for a user', '{"user":1,"password":"x"}'],
  ['with null for a password', '{"user":"$USER","password":null}'],
  ['with a field that is not known', '{"user":"$USER","password":"x","remember":true}'],
]

const ROLES = ['user', 'service', 'dba', 'system'] as const

const answers: readonly ConformanceCase[] = [
  ...ROLES.map((role): ConformanceCase => ({
    name: `a ${role} logs in`,
    proves: ['S1', 'S11'],
    given: { users: [{ ...USER, role }] },
    steps: [{ request: login(), expect: sessionOf('$USER', role) }],
  })),
  {
    name: 'username is another name for user, and slashes before the path do not matter',
    proves: ['S1'],
    given: GIVEN,
    steps: [
      { request: loginWith({ username: '$USER', password: PASSWORD }), expect: sessionOf('$USER', 'user') },
      { request: { ...login(), path: '//v1/api/auth/login' }, expect: sessionOf('$USER', 'user') },
    ],
  },
  {
    name: 'a login asks for no other credentials, whatever the other doors ask for',
    proves: ['S1'],
    needs: 'sasl-required',
    given: GIVEN,
    steps: [
      { request: login(), expect: sessionOf('$USER', 'user') },
      { request: { ...login(), headers: { Authorization: 'Basic wrong' } }, expect: sessionOf('$USER', 'user') },
    ],
  },
  {
    name: 'whatever is wrong with a user or a password is said in the same words',
    proves: ['S2'],
    given: GIVEN,
    steps: [
      refusedWith({ user: '$USER', password: 'wrong' }),
      refusedWith({ user: '$USER', password: '' }),
      refusedWith({ user: '$NOBODY', password: PASSWORD }),
      refusedWith({ user: '', password: PASSWORD }),
    ],
  },
  {
    name: 'a user that is deleted, or has another password, logs in no more with the old one',
    proves: ['S2'],
    given: GIVEN,
    play: async (scene) => {
      await scene.exchange({ request: login(), expect: { status: 200 } })
      await scene.administration.changePassword(scene.names('$USER'), 'another password')
      await scene.exchange({ request: login(), expect: UNAUTHORIZED })
      await scene.exchange({ request: login('$USER', 'another password'), expect: { status: 200 } })
      await scene.administration.deleteUser(scene.names('$USER'))
      await scene.exchange({ request: login('$USER', 'another password'), expect: UNAUTHORIZED })
    },
  },
]

const malformed: readonly ConformanceCase[] = [
  ...MALFORMED_BODIES.map(([name, body]): ConformanceCase => ({
    name: `a login that is ${name} is 400`,
    proves: ['S12'],
    given: GIVEN,
    steps: [{ request: text(body), expect: MALFORMED }],
  })),
  {
    name: 'names and passwords have lengths, on both sides of which the answers differ',
    proves: ['S12'],
    given: GIVEN,
    steps: [
      refusedWith({ user: 'u'.repeat(USER_LENGTH_MAX), password: 'x' }),
      refusedWith({ user: 'u'.repeat(USER_LENGTH_MAX + 1), password: 'x' }, MALFORMED),
      refusedWith({ user: '$USER', password: 'x'.repeat(PASSWORD_LENGTH_MAX) }),
      refusedWith({ user: '$USER', password: 'x'.repeat(PASSWORD_LENGTH_MAX + 1) }, MALFORMED),
    ],
  },
  {
    name: 'a login is at most 2 MiB of JSON',
    proves: ['S12'],
    given: GIVEN,
    play: async (scene) => {
      const body = scene.names(JSON.stringify({ user: '$USER', password: PASSWORD }))
      await scene.exchange({ request: text(body.padEnd(JSON_BYTES_MAX)), expect: { status: 200 } })
      await scene.exchange({
        request: text(body.padEnd(JSON_BYTES_MAX + 1)),
        expect: sessionRefused(413, 'payload_too_large', ANY_TEXT),
      })
    },
  },
  {
    name: 'another method is 405, in the words of sessions',
    proves: ['S2'],
    steps: [
      {
        request: { method: 'GET', path: '/v1/api/auth/login' },
        expect: { ...sessionRefused(405, 'method_not_allowed', ANY_TEXT), headers: { Allow: 'POST' } },
      },
    ],
  },
]

const WRONG: Exchange = refusedWith({ user: '$USER', password: 'wrong' })

const limits: readonly ConformanceCase[] = [
  {
    name: 'five failures lock a user for 15 minutes, in which the right password is not asked for',
    proves: ['S13', 'S2'],
    needs: 'login-limits',
    hands: ['letPass', 'letHoursPass'],
    given: GIVEN,
    play: async (scene) => {
      for (let i = 0; i < FAILURES_MAX; i++) await scene.exchange(WRONG)
      await scene.exchange({ request: login(), expect: LOCKED })
      await scene.exchange({ request: loginWith({ user: '$USER', password: 'wrong' }), expect: LOCKED })
      await scene.hands.letHoursPass((LOCK_MINUTES - 1) / 60)
      await scene.exchange({ request: login(), expect: LOCKED })
      await scene.hands.letHoursPass(1 / 60)
      await scene.exchange({ request: login(), expect: { status: 200 } })
    },
  },
  {
    name: 'one failure less locks nobody, and a success clears the count',
    proves: ['S13'],
    needs: 'login-limits',
    hands: ['letPass'],
    given: GIVEN,
    play: async (scene) => {
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < FAILURES_MAX - 1; i++) await scene.exchange(WRONG)
        await scene.exchange({ request: login(), expect: { status: 200 } })
        await scene.hands.letPass(1_000)
      }
    },
  },
  {
    name: 'a name that is no user is refused in the same words however often it is tried',
    proves: ['S13', 'S2'],
    needs: 'login-limits',
    hands: ['letPass'],
    play: async (scene) => {
      for (let i = 0; i < 2 * FAILURES_MAX; i++) await scene.exchange(refusedWith({ user: '$NOBODY', password: 'wrong' }))
      await scene.hands.letPass(1_000)
    },
  },
  {
    name: 'an address logs in, refreshes and sets up 20 times a second, before anything else is looked at',
    proves: ['S14', 'S2'],
    needs: 'login-limits',
    hands: ['letPass'],
    given: GIVEN,
    play: async (scene) => {
      await scene.hands.letPass(1_000)
      for (let i = 0; i < REQUESTS_PER_SECOND_MAX; i++) await scene.exchange({ request: login(), expect: { status: 200 } })
      await scene.exchange({ request: login(), expect: LIMITED })
      await scene.exchange({ request: text('no JSON'), expect: LIMITED })
      for (const path of ['refresh', 'setup']) {
        await scene.exchange({ request: { method: 'POST', path: `/v1/api/auth/${path}` }, expect: LIMITED })
      }
      await scene.hands.letPass(1_000)
      await scene.exchange({ request: login(), expect: { status: 200 } })
      await scene.hands.letPass(1_000)
    },
  },
  {
    name: "neither limit touches the log's own traffic, nor what is asked of a session that is open",
    proves: ['S14'],
    needs: 'login-limits',
    hands: ['letPass'],
    given: GIVEN,
    play: async (scene) => {
      for (let i = 0; i <= REQUESTS_PER_SECOND_MAX; i++) await scene.send(login())
      for (const path of ['/v1/api/auth/me', '/v1/kafka/topics', '/v1/api/auth/status', '/health']) {
        const { status } = await scene.send({ method: 'GET', path })
        if (status === 429) throw new AssertionError({ message: `${path} is limited` })
      }
      await scene.exchange({ request: { method: 'POST', path: '/v1/api/auth/logout' }, expect: { status: 200 } })
      await scene.hands.letPass(1_000)
    },
  },
]

export const LOGIN_CASES: readonly ConformanceCase[] = [...answers, ...malformed, ...limits]
