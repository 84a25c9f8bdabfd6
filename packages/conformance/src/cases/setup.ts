/** The first-run setup (S7, S8), on a server that nobody administers yet. */
import type { ConformanceCase, Expectation, Request } from '../case.ts'
import { ANY_TEXT } from '../match.ts'
import { ANY_TIME, login, loginWith, PASSWORD, sessionOf, sessionRefused, UNAUTHORIZED } from '../sessions.ts'

const FIRST = { user: '$USER', password: PASSWORD, root_password: 'another good one' }

function setup(fields: Readonly<Record<string, unknown>> = {}, headers: Request['headers'] = {}): Request {
  return {
    method: 'POST',
    path: '/v1/api/auth/setup',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ ...FIRST, ...fields }),
  }
}

function status(headers: Request['headers'] = {}): Request {
  return { method: 'GET', path: '/v1/api/auth/status', headers }
}

const NEEDED: Expectation = { status: 200, json: { needs_setup: true, message: ANY_TEXT } }
const CONFIGURED: Expectation = { status: 200, json: { needs_setup: false, message: ANY_TEXT } }
const ALREADY = sessionRefused(409, 'already_configured', ANY_TEXT)
const FORBIDDEN = sessionRefused(403, 'forbidden', ANY_TEXT)
const SETUP_REQUIRED = sessionRefused(428, 'setup_required', 'Server requires initial setup')
const REMOTE = { 'X-Forwarded-For': '203.0.113.9' }

function done(email: string | null): Expectation {
  return { status: 200, json: { user: { id: '$USER', role: 'dba', email, created_at: ANY_TIME, updated_at: ANY_TIME }, message: ANY_TEXT } }
}

function weak(whose: RegExp): Expectation {
  return sessionRefused(400, 'weak_password', whose)
}

const WEAK: readonly (readonly [name: string, password: string])[] = [
  ['seven bytes', 'x'.repeat(7)],
  ['73 bytes', 'x'.repeat(73)],
  ['73 bytes of fewer letters', `${'ü'.repeat(36)}x`],
  ['the commonest one', 'password'],
  ['a common one in other letters', 'PassWord1'],
  ['nothing', ''],
]

const MALFORMED_BODIES: readonly (readonly [name: string, fields: Readonly<Record<string, unknown>>])[] = [
  ['without a root password', { root_password: undefined }],
  ['with a field that is not known', { admin: true }],
  ['with a user of 129 characters', { user: 'u'.repeat(129) }],
  ['with a password of 257 characters', { password: 'x'.repeat(257) }],
  ['with a number for an email', { email: 1 }],
  ['with a user and an alias', { username: '$USER' }],
]

const refusals: readonly ConformanceCase[] = [
  ...WEAK.map(([name, password]): ConformanceCase => ({
    name: `a setup whose password is ${name} is 400, and says whose it is`,
    proves: ['S7'],
    needs: 'fresh',
    steps: [
      { request: setup({ password }), expect: weak(/^DBA user password: ./) },
      { request: setup({ root_password: password }), expect: weak(/^Root password: ./) },
      { request: status(), expect: NEEDED },
    ],
  })),
  ...MALFORMED_BODIES.map(([name, fields]): ConformanceCase => ({
    name: `a setup ${name} is 400`,
    proves: ['S12'],
    needs: 'fresh',
    steps: [{ request: setup(fields), expect: sessionRefused(400, 'invalid_request', ANY_TEXT) }],
  })),
  {
    name: 'a setup from elsewhere is 403, before its body is looked at',
    proves: ['S7', 'S8', 'H4'],
    needs: 'fresh',
    steps: [
      { request: setup({}, REMOTE), expect: FORBIDDEN },
      { request: { ...setup({}, REMOTE), body: 'no JSON' }, expect: FORBIDDEN },
      { request: status(REMOTE), expect: FORBIDDEN },
      { request: status(), expect: NEEDED },
    ],
  },
  {
    name: 'a setup is refused in order: weak passwords, then names nobody can have, then one that somebody has',
    proves: ['S7'],
    needs: 'fresh',
    given: { users: [{ name: '$OTHER', password: PASSWORD }] },
    steps: [
      { request: setup({ user: 'root', password: 'weak' }), expect: weak(/^DBA/) },
      { request: setup({ user: '$OTHER', root_password: 'weak' }), expect: weak(/^Root/) },
      ...['root', '', 'a:b', 'ANONYMOUS', '*', 'a\nb'].map((user) => ({
        request: setup({ user }),
        expect: sessionRefused(400, 'invalid_user', ANY_TEXT),
      })),
      { request: setup({ user: '$OTHER' }), expect: sessionRefused(409, 'user_exists', "User '$OTHER' already exists") },
      { request: status(), expect: NEEDED },
    ],
  },
  {
    name: 'a user that may not administer leaves the setup open',
    proves: ['S8'],
    needs: 'fresh',
    given: { users: [{ name: '$OTHER', password: PASSWORD, role: 'service' }] },
    steps: [{ request: status(), expect: NEEDED }],
  },
  {
    name: 'where somebody administers already, the setup is closed, and before it looks at passwords',
    proves: ['S7', 'S8'],
    given: { users: [{ name: '$ADMIN', password: PASSWORD, role: 'dba' }] },
    steps: [
      { request: status(), expect: CONFIGURED },
      { request: setup(), expect: ALREADY },
      { request: setup({ password: 'weak' }), expect: ALREADY },
      { request: loginWith({ user: 'root', password: '' }), expect: UNAUTHORIZED },
    ],
  },
]

const effects: readonly ConformanceCase[] = [
  {
    name: 'root without a password and with none given is 428, and any other way in is 401',
    proves: ['S2', 'S7'],
    needs: 'fresh',
    steps: [
      { request: loginWith({ user: 'root', password: '' }), expect: SETUP_REQUIRED },
      { request: loginWith({ user: 'root', password: 'guess' }), expect: UNAUTHORIZED },
      { request: loginWith({ user: '$NOBODY', password: '' }), expect: UNAUTHORIZED },
    ],
  },
  {
    name: 'a setup gives root a password and makes a dba, once, and logs nobody in',
    proves: ['S7', 'S8'],
    needs: 'fresh',
    spoilsServer: true,
    steps: [
      { request: status(), expect: NEEDED },
      { request: setup({ email: 'someone@example.com' }), expect: { ...done('someone@example.com'), headers: { 'Set-Cookie': null } } },
      { request: status(), expect: CONFIGURED },
      { request: setup(), expect: ALREADY },
      { request: setup({ user: '$OTHER' }), expect: ALREADY },
      { request: login(), expect: { status: 200 } },
      { request: login('root', FIRST.root_password), expect: sessionOf('root', 'system') },
      { request: loginWith({ user: 'root', password: '' }), expect: UNAUTHORIZED },
    ],
  },
  {
    name: 'a setup takes username for user, passwords of 8 and of 72 bytes, and no email',
    proves: ['S7'],
    needs: 'fresh',
    spoilsServer: true,
    steps: [
      {
        request: setup({ user: undefined, username: '$USER', password: 'x'.repeat(8), root_password: 'ü'.repeat(36) }),
        expect: done(null),
      },
      { request: login('$USER', 'x'.repeat(8)), expect: sessionOf('$USER', 'dba') },
      { request: login('root', 'ü'.repeat(36)), expect: sessionOf('root', 'system') },
    ],
  },
]

export const SETUP_CASES: readonly ConformanceCase[] = [...refusals, ...effects]
