/** Open sessions (S3 to S6): cookies, refresh, logout, and who it is. */
import type { ConformanceCase } from '../case.ts'
import { ANY_TEXT } from '../match.ts'
import {
  bearer,
  BAD_TOKEN,
  consume,
  login,
  me,
  NO_TOKEN,
  openSession,
  PASSWORD,
  refresh,
  sessionOf,
  sessionRefused,
  UNAUTHORIZED,
  userPattern,
} from '../sessions.ts'

const GIVEN = { users: [{ name: '$USER', password: PASSWORD }] }
const IS_USER = { status: 200, json: { user: userPattern('$USER', 'user'), admin_ui_access: false } }
const NOT_AUTHORIZED = sessionRefused(401, 'unauthorized', ANY_TEXT)

/** Both cookies as they are set together. */
const COOKIES =
  /^kalamdb_auth=[\w.-]+; Path=\/; Expires=[^;]+ GMT; HttpOnly; SameSite=Strict, *kalamdb_refresh=[\w.-]+; Path=\/; Expires=[^;]+ GMT; HttpOnly; SameSite=Strict$/
const ENDED =
  /^kalamdb_auth=; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict, *kalamdb_refresh=; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict$/
const SECURE = /^kalamdb_auth=[^,]+, [^,]+; Secure;[^,]*, *kalamdb_refresh=[^,]+, [^,]+; Secure;.*$/

const cookies: readonly ConformanceCase[] = [
  {
    name: 'login and refresh set both cookies, for this site and no script',
    proves: ['S3'],
    given: GIVEN,
    play: async (scene) => {
      await scene.exchange({ request: login(), expect: { status: 200, headers: { 'Set-Cookie': COOKIES } } })
      const session = await openSession(scene)
      await scene.exchange({ request: refresh(bearer(session.refresh)), expect: { status: 200, headers: { 'Set-Cookie': COOKIES } } })
    },
  },
  {
    name: 'cookies that are set over https go over nothing else',
    proves: ['S3'],
    given: GIVEN,
    steps: [
      {
        request: { ...login(), headers: { 'X-Forwarded-Proto': 'https' } },
        expect: { status: 200, headers: { 'Set-Cookie': SECURE } },
      },
    ],
  },
  {
    name: 'a refused login sets no cookie',
    proves: ['S3'],
    given: GIVEN,
    steps: [{ request: login('$USER', 'wrong'), expect: { ...UNAUTHORIZED, headers: { 'Set-Cookie': null } } }],
  },
]

const refreshes: readonly ConformanceCase[] = [
  {
    name: 'a refresh token is a session anew, in its cookie or as a bearer token, and stays good',
    proves: ['S4'],
    given: GIVEN,
    play: async (scene) => {
      const { refresh: token } = await openSession(scene)
      for (const headers of [bearer(token), { Cookie: `kalamdb_refresh=${token}` }, { Cookie: `a=b; kalamdb_refresh=${token}; c=d` }]) {
        await scene.exchange({ request: refresh(headers), expect: sessionOf('$USER', 'user') })
        const next = await openSession(scene, refresh(headers))
        await scene.exchange({ request: me(bearer(next.access)), expect: IS_USER })
      }
    },
  },
  {
    name: 'the refresh cookie is asked first, and nothing else when it is wrong',
    proves: ['S4'],
    given: GIVEN,
    play: async (scene) => {
      const { refresh: token } = await openSession(scene)
      const request = refresh({ ...bearer('wrong'), Cookie: `kalamdb_refresh=${token}` })
      await scene.exchange({ request, expect: { status: 200 } })
      await scene.exchange({ request: refresh({ ...bearer(token), Cookie: 'kalamdb_refresh=wrong' }), expect: UNAUTHORIZED })
    },
  },
  {
    name: 'an access token is no refresh token',
    proves: ['S4', 'S9'],
    given: GIVEN,
    play: async (scene) => {
      const { access } = await openSession(scene)
      const expect = sessionRefused(401, 'unauthorized', 'Refresh endpoint requires a refresh token')
      await scene.exchange({ request: refresh(bearer(access)), expect })
      await scene.exchange({ request: refresh({ Cookie: `kalamdb_refresh=${access}` }), expect })
    },
  },
  {
    name: 'without a refresh token nothing is refreshed',
    proves: ['S4'],
    given: GIVEN,
    play: async (scene) => {
      const { access } = await openSession(scene)
      await scene.exchange({ request: refresh(), expect: NOT_AUTHORIZED })
      await scene.exchange({ request: refresh({ Authorization: 'Basic wrong' }), expect: NOT_AUTHORIZED })
      await scene.exchange({ request: refresh({ Cookie: `kalamdb_auth=${access}` }), expect: NOT_AUTHORIZED })
      await scene.exchange({ request: refresh(bearer('a.b.c')), expect: UNAUTHORIZED })
    },
  },
]

const rest: readonly ConformanceCase[] = [
  {
    name: 'a logout is 200 and ends both cookies, whoever asks',
    proves: ['S5'],
    needs: 'sasl-required',
    given: GIVEN,
    steps: [{}, { Authorization: 'Bearer wrong' }].map((headers) => ({
      request: { method: 'POST', path: '/v1/api/auth/logout', headers },
      expect: { status: 200, json: { message: 'Logged out successfully' }, headers: { 'Set-Cookie': ENDED } },
    })),
  },
  {
    name: 'me is who the token stands for, in a header or a cookie',
    proves: ['S6'],
    given: GIVEN,
    play: async (scene) => {
      const { access } = await openSession(scene)
      for (const headers of [bearer(access), { Authorization: `bearer  ${access}` }, { Cookie: `kalamdb_auth=${access}` }]) {
        await scene.exchange({ request: me(headers), expect: IS_USER })
      }
    },
  },
  {
    name: 'a header that is malformed does not fall through to the cookie',
    proves: ['S6'],
    given: GIVEN,
    play: async (scene) => {
      const { access } = await openSession(scene)
      for (const Authorization of ['', 'Bearer', 'Bearer ', access, `Basic ${access}`, 'Bearer wrong', `Bearer ${access} more`]) {
        await scene.exchange({ request: me({ Authorization, Cookie: `kalamdb_auth=${access}` }), expect: NOT_AUTHORIZED })
      }
    },
  },
  {
    name: 'me is nobody without a token, and with one of the wrong kind',
    proves: ['S6', 'S9'],
    given: GIVEN,
    play: async (scene) => {
      const { refresh: token } = await openSession(scene)
      await scene.exchange({ request: me(), expect: NOT_AUTHORIZED })
      await scene.exchange({ request: me(bearer(token)), expect: UNAUTHORIZED })
      await scene.exchange({ request: me({ Cookie: `kalamdb_auth=${token}` }), expect: UNAUTHORIZED })
      await scene.exchange({ request: me({ Cookie: `kalamdb_refresh=${token}` }), expect: NOT_AUTHORIZED })
    },
  },
  {
    name: 'topics take a bearer token and nothing else, before they look at the request',
    proves: ['S15', 'S16'],
    given: { ...GIVEN, users: [{ name: '$USER', password: PASSWORD, role: 'service' }] },
    play: async (scene) => {
      const { access, refresh: refreshToken } = await openSession(scene)
      await scene.exchange({ request: consume(bearer(access)), expect: { status: 200 } })
      await scene.exchange({ request: consume(), expect: NO_TOKEN })
      await scene.exchange({ request: consume({ Cookie: `kalamdb_auth=${access}` }), expect: NO_TOKEN })
      await scene.exchange({ request: { ...consume(), body: 'no JSON' }, expect: NO_TOKEN })
      const basic = Buffer.from(scene.names(`$USER:${PASSWORD}`)).toString('base64')
      for (const Authorization of ['', 'Bearer', `Basic ${basic}`, 'Bearer wrong', `Bearer ${refreshToken}`, access]) {
        await scene.exchange({ request: consume({ Authorization }), expect: BAD_TOKEN })
      }
    },
  },
]

export const SESSION_CASES: readonly ConformanceCase[] = [...cookies, ...refreshes, ...rest]
