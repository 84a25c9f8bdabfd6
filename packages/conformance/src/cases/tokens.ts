/** What a token is worth (S9, S10, S15, S16): claims, lifetimes, and everything that makes it worth nothing. */
import assert from 'node:assert/strict'
import type { ConformanceCase, Expectation } from '../case.ts'
import { fetchRefused, FETCH_ALL } from '../requests.ts'
import type { Scene } from '../scene.ts'
import {
  BAD_TOKEN,
  bearer,
  bearerRefused,
  claimsOf,
  consume,
  forged,
  login,
  loginWith,
  me,
  openSession,
  PASSWORD,
  refresh,
  sessionRefused,
  UNAUTHORIZED,
} from '../sessions.ts'
import type { SessionTokens } from '../sessions.ts'

const GIVEN = { users: [{ name: '$USER', password: PASSWORD, role: 'service' }] } as const
const ACCESS_HOURS = 24
const REFRESH_HOURS = 168
const MINUTE_HOURS = 1 / 60
const EXPIRED = bearerRefused(401, 'TOKEN_EXPIRED', 'Invalid credentials')
const OK: Expectation = { status: 200 }

/** Asks every place that takes a token of its kind. */
async function assertRefused(scene: Scene, { access, refresh: refreshToken }: Pick<SessionTokens, 'access' | 'refresh'>): Promise<void> {
  await scene.exchange({ request: consume(bearer(access)), expect: BAD_TOKEN })
  await scene.exchange({ request: me(bearer(access)), expect: UNAUTHORIZED })
  await scene.exchange({ request: refresh(bearer(refreshToken)), expect: UNAUTHORIZED })
}

async function assertTaken(scene: Scene, { access, refresh: refreshToken }: SessionTokens): Promise<void> {
  await scene.exchange({ request: consume(bearer(access)), expect: OK })
  await scene.exchange({ request: me(bearer(access)), expect: OK })
  await scene.exchange({ request: refresh(bearer(refreshToken)), expect: OK })
}

/** Has a session, lets something happen to its user, and finds it worth nothing. */
function ending(name: string, happen: (scene: Scene) => Promise<void>): ConformanceCase {
  return {
    name: `${name}: the session is over at the next request`,
    proves: ['S10'],
    given: GIVEN,
    play: async (scene) => {
      const session = await openSession(scene)
      await assertTaken(scene, session)
      await happen(scene)
      await assertRefused(scene, session)
    },
  }
}

const claims: readonly ConformanceCase[] = [
  {
    name: 'a token is signed with HS256 and says who, which role, which kind, and until when',
    proves: ['S9'],
    given: GIVEN,
    play: async (scene) => {
      const session = await openSession(scene)
      const kinds = [
        ['access', session.access, session.accessExpiresMs, ACCESS_HOURS],
        ['refresh', session.refresh, session.refreshExpiresMs, REFRESH_HOURS],
      ] as const
      for (const [kind, token, expiresMs, hours] of kinds) {
        const header = JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { readonly alg: string }
        assert.equal(header.alg, 'HS256')
        const { sub, iss, iat, exp, email, role, token_type: type } = claimsOf(token)
        assert.deepEqual(
          { sub, iss, email, role, type },
          { sub: scene.names('$USER'), iss: 'kalamdb', email: null, role: 'service', type: kind },
        )
        assert.equal(Number(exp) - Number(iat), hours * 3_600)
        assert.equal(Number(exp) * 1_000, expiresMs)
      }
    },
  },
  {
    name: 'an access token is good for 24 hours and a minute of leeway',
    proves: ['S9', 'S16'],
    needs: 'plain',
    hands: ['letHoursPass'],
    given: GIVEN,
    play: async (scene) => {
      const session = await openSession(scene)
      await scene.hands.letHoursPass(ACCESS_HOURS)
      await assertTaken(scene, session)
      await scene.hands.letHoursPass(MINUTE_HOURS)
      await scene.exchange({ request: consume(bearer(session.access)), expect: EXPIRED })
      await scene.exchange({ request: me(bearer(session.access)), expect: UNAUTHORIZED })
      const next = await openSession(scene, refresh(bearer(session.refresh)))
      await assertTaken(scene, next)
    },
  },
  {
    name: 'a refresh token is good for 168 hours and a minute of leeway',
    proves: ['S9'],
    hands: ['letHoursPass'],
    given: GIVEN,
    play: async (scene) => {
      const { refresh: token } = await openSession(scene)
      await scene.hands.letHoursPass(REFRESH_HOURS)
      await scene.exchange({ request: refresh(bearer(token)), expect: OK })
      await scene.hands.letHoursPass(MINUTE_HOURS)
      await scene.exchange({ request: refresh(bearer(token)), expect: UNAUTHORIZED })
    },
  },
]

/** What somebody without the secret can make of a good token. */
const FORGERIES: readonly (readonly [name: string, forge: (token: string) => string])[] = [
  ['without a signature', (token) => forged({ alg: 'none', typ: 'JWT' }, claimsOf(token), '')],
  ['of no algorithm under the old signature', (token) => forged({ alg: 'none', typ: 'JWT' }, claimsOf(token), token.split('.')[2]!)],
  ['of another algorithm under the old signature', (token) => forged({ alg: 'HS512', typ: 'JWT' }, claimsOf(token), token.split('.')[2]!)],
  ['of an asymmetric algorithm', (token) => forged({ alg: 'RS256', typ: 'JWT' }, claimsOf(token), token.split('.')[2]!)],
  ['of another user', (token) => forged({ alg: 'HS256', typ: 'JWT' }, { ...claimsOf(token), sub: 'root' }, token.split('.')[2]!)],
  ['of another role', (token) => forged({ alg: 'HS256', typ: 'JWT' }, { ...claimsOf(token), role: 'system' }, token.split('.')[2]!)],
  ['of another issuer', (token) => forged({ alg: 'HS256', typ: 'JWT' }, { ...claimsOf(token), iss: 'elsewhere' }, token.split('.')[2]!)],
  ['with its last letters gone', (token) => token.slice(0, -4)],
  ['of two parts', (token) => token.split('.').slice(0, 2).join('.')],
  ['of four parts', (token) => `${token}.x`],
  ['that is no base64', (token) => `!!!${token}`],
]

const worthless: readonly ConformanceCase[] = [
  ...FORGERIES.map(([name, forge]): ConformanceCase => ({
    name: `a token ${name} is worth nothing`,
    proves: ['S9'],
    given: GIVEN,
    play: async (scene) => {
      const { access, refresh: refreshToken } = await openSession(scene)
      await assertRefused(scene, { access: forge(access), refresh: forge(refreshToken) })
    },
  })),
  ending('the user is deleted', ({ administration, names }) => administration.deleteUser(names('$USER'))),
  ending('the user is deleted, and made again as they were', async ({ administration, names }) => {
    await administration.deleteUser(names('$USER'))
    await administration.createUser({ name: names('$USER'), password: PASSWORD, role: 'service' })
  }),
  ending('the password is changed', ({ administration, names }) => administration.changePassword(names('$USER'), 'another password')),
  ending('the role is changed', ({ administration, names }) => administration.changeRole(names('$USER'), 'dba')),
]

const BINDING = { principal: 'User:$USER', operation: 'READ', resource_name: '$TOPIC' }

const elsewhere: readonly ConformanceCase[] = [
  {
    name: 'a token is as good as Basic credentials where the log itself is asked',
    proves: ['S15', 'A4'],
    needs: 'acls',
    given: { ...GIVEN, bindings: [BINDING] },
    play: async (scene) => {
      const { access, refresh: refreshToken } = await openSession(scene)
      const fetchAs = (token: string, expect: Expectation) =>
        scene.exchange({ request: { ...FETCH_ALL, headers: { ...FETCH_ALL.headers, ...bearer(token) } }, expect })
      await fetchAs(access, { status: 200 })
      for (const token of [refreshToken, 'wrong', `${access}x`]) await fetchAs(token, fetchRefused(401, 'SASL_AUTHENTICATION_FAILED'))
      await scene.administration.changePassword(scene.names('$USER'), 'another password')
      await fetchAs(access, fetchRefused(401, 'SASL_AUTHENTICATION_FAILED'))
    },
  },
  {
    name: 'who is locked out is told so where only tokens are taken, and not where the log itself is asked',
    proves: ['S16', 'S13'],
    needs: 'login-limits',
    hands: ['letPass', 'letHoursPass'],
    given: GIVEN,
    play: async (scene) => {
      const { access } = await openSession(scene)
      for (let i = 0; i < 5; i++) await scene.send(loginWith({ user: '$USER', password: 'wrong' }))
      await scene.exchange({ request: consume(bearer(access)), expect: bearerRefused(401, 'ACCOUNT_LOCKED', 'Account locked') })
      await scene.exchange({ request: { ...FETCH_ALL, headers: { ...FETCH_ALL.headers, ...bearer(access) } }, expect: OK })
      await scene.hands.letHoursPass(0.25)
      await scene.exchange({ request: consume(bearer(access)), expect: OK })
    },
  },
  {
    name: 'a role that may not consume is let in, and told so by the topics',
    proves: ['S11'],
    given: { users: [{ name: '$USER', password: PASSWORD, role: 'user' }] },
    play: async (scene) => {
      const { access } = await openSession(scene, login())
      await scene.exchange({ request: consume(bearer(access)), expect: { status: 403 } })
    },
  },
  {
    name: 'where a path takes no such method, it says so in the words of its surface',
    proves: ['S2'],
    steps: [
      {
        request: { method: 'DELETE', path: '/v1/api/auth/me' },
        expect: sessionRefused(405, 'method_not_allowed', /it takes GET/),
      },
    ],
  },
]

export const TOKEN_CASES: readonly ConformanceCase[] = [...claims, ...worthless, ...elsewhere]
