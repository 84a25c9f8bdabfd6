/** Who is calling (A1 to A4): Basic on fetch and record, DD-API-KEY on the intake. */
import type { ConformanceCase, Exchange, Expectation, Request } from '../case.ts'
import {
  entry,
  fetched,
  FETCH_ALL,
  fetchRefused,
  givenValues,
  intakeRefused,
  logs,
  INTAKE,
  INTAKE_V1,
  recordPaths,
  recordsFrom,
  VALIDATE,
} from '../requests.ts'
import type { ProfileName } from '../profiles.ts'
import { basicAuthorization } from '../target.ts'
import type { Scene } from '../scene.ts'

const READS: readonly Request[] = [
  FETCH_ALL,
  { ...FETCH_ALL, method: 'GET' },
  ...recordPaths('$TOPIC', 0, 0).map((path) => ({ method: 'GET', path })),
]
const WRITES: readonly Request[] = [logs('[{"a":1}]'), logs('{}', {}, INTAKE_V1), { method: 'GET', path: VALIDATE }]
const GIVEN = { users: [{ name: '$USER', password: 'secret' }], records: [givenValues('$TOPIC', 0, ['one'])] }

const READ_REFUSED: Expectation = { ...fetchRefused(401, 'SASL_AUTHENTICATION_FAILED'), headers: { 'WWW-Authenticate': /^Basic\b/ } }
const WRITE_REFUSED: Expectation = { ...intakeRefused(401, 'SASL_AUTHENTICATION_FAILED'), headers: { 'WWW-Authenticate': null } }
const OK: Expectation = { status: 200 }

function each(requests: readonly Request[], headers: NonNullable<Request['headers']>, expect: Expectation): readonly Exchange[] {
  return requests.map((request) => ({ request: { ...request, headers: { ...request.headers, ...headers } }, expect }))
}

/** The bytes of a text in UTF-8, as a header carries them. */
const utf8 = (text: string): string => Buffer.from(text).toString('latin1')
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

/** `Authorization` values that are missing a part or are wrong in it. None of them needs the name of a user. */
const NOT_BASIC: readonly (readonly [name: string, value: string])[] = [
  ['empty', ''],
  ['a scheme alone', 'Basic'],
  ['a scheme and a space', 'Basic '],
  ['no base64', 'Basic !!!!'],
  ['no colon', basic('nocolon')],
  ['a lone colon', basic(':')],
  ['no user', basic(':secret')],
  ['no such user', basic('nobody:secret')],
  ['another scheme', 'Digest username="x"'],
  ['a token', 'Bearer abc'],
  ['no scheme', Buffer.from('nobody:secret').toString('base64')],
  ['invalid UTF-8', `Basic ${Buffer.from('\xff:\xff', 'latin1').toString('base64')}`],
  ['text beyond ASCII', basic('nö:body')],
  ['a zero byte', basic('a\0b:c\0d')],
  ['very long', basic(`${'u'.repeat(3_000)}:${'p'.repeat(3_000)}`)],
]
const NOT_API_KEYS: readonly (readonly [name: string, value: string])[] = [
  ['empty', ''],
  ['a Datadog key', '0123456789abcdef0123456789abcdef'],
  ['a lone colon', ':'],
  ['no user', ':secret'],
  ['no password', '$USER:'],
  ['no such user', '$NOBODY:secret'],
  ['a wrong password', '$USER:wrong'],
  ['a password in other letters', '$USER:Secret'],
  ['a password with more behind it', '$USER:secret:'],
  ['a name in other letters', 'USER$USER:secret'],
  ['base64', Buffer.from('user:secret').toString('base64')],
  ['text beyond ASCII', utf8('nö:bödy')],
  ['invalid UTF-8', '\xff:\xff'],
  ['very long', `${'u'.repeat(3_000)}:${'p'.repeat(3_000)}`],
]

const required: readonly ConformanceCase[] = [
  {
    name: 'required: without credentials nobody passes',
    proves: ['A2'],
    needs: 'sasl-required',
    given: GIVEN,
    steps: [...each(READS, {}, READ_REFUSED), ...each(WRITES, {}, WRITE_REFUSED)],
  },
  ...NOT_BASIC.map(([name, value]): ConformanceCase => ({
    name: `required: Basic credentials that are ${name} do not pass`,
    proves: ['A2', 'A1'],
    needs: 'sasl-required',
    given: GIVEN,
    steps: each(READS, { Authorization: value }, READ_REFUSED),
  })),
  ...NOT_API_KEYS.map(([name, value]): ConformanceCase => ({
    name: `required: an API key that is ${name} does not pass`,
    proves: ['A2', 'A1'],
    needs: 'sasl-required',
    given: GIVEN,
    steps: each(WRITES, { 'DD-API-KEY': value }, WRITE_REFUSED),
  })),
]

const optional: readonly ConformanceCase[] = [
  {
    name: 'optional: without credentials everybody passes',
    proves: ['A3'],
    needs: 'sasl-optional',
    given: GIVEN,
    steps: [...each(READS, {}, OK), ...each(WRITES, {}, OK)],
  },
  ...NOT_API_KEYS.map(([name, value]): ConformanceCase => ({
    name: `optional: an API key that is ${name} is ignored`,
    proves: ['A3'],
    needs: 'sasl-optional',
    given: GIVEN,
    steps: each(WRITES, { 'DD-API-KEY': value }, OK),
  })),
  // An empty header says nothing, and without credentials everybody passes.
  ...NOT_BASIC.filter(([, value]) => value !== '').map(([name, value]): ConformanceCase => ({
    name: `optional: Basic credentials that are ${name} are 401`,
    proves: ['A3'],
    needs: 'sasl-optional',
    given: GIVEN,
    steps: each(READS, { Authorization: value }, READ_REFUSED),
  })),
  {
    name: 'optional: credentials that are ignored leave the caller anonymous',
    proves: ['A3', 'A1', 'A4'],
    needs: 'acls',
    given: {
      users: [{ name: '$USER', password: 'secret' }],
      bindings: [{ principal: 'User:$USER', operation: 'WRITE', resource_name: '$TOPIC' }],
    },
    steps: [
      ...each(WRITES, { 'DD-API-KEY': '$USER:wrong' }, intakeRefused(403, 'TOPIC_AUTHORIZATION_FAILED', /User:ANONYMOUS/)),
      ...each(WRITES, {}, intakeRefused(403, 'TOPIC_AUTHORIZATION_FAILED', /User:ANONYMOUS/)),
      ...each(WRITES, { 'DD-API-KEY': '$USER:secret' }, OK),
    ],
  },
]

const PASSWORDS = ['secret', 'with:colons::', ':', 'pässwörd 密码 🔑', ' spaces ', '"quoted\\"', '%3A%00', 'x'.repeat(1_024)]

const USERS_PROFILES: readonly ProfileName[] = ['sasl-required', 'sasl-optional']

/** Asks one door of each kind, and no more: whoever fails too often is refused for a while. */
async function authenticate(scene: Scene, user: string, password: string, expectations: typeof PASSES | typeof FAILS): Promise<void> {
  const name = scene.names(user)
  const authorization = basicAuthorization({ user: name, password })
  for (const step of each(READS.slice(0, 1), { Authorization: authorization }, expectations.read)) await scene.exchange(step)
  for (const step of each(WRITES.slice(0, 1), { 'DD-API-KEY': utf8(`${name}:${password}`) }, expectations.write)) await scene.exchange(step)
}

const PASSES = { read: OK, write: OK }
const FAILS = { read: READ_REFUSED, write: WRITE_REFUSED }

const right: readonly ConformanceCase[] = [
  ...PASSWORDS.map((password): ConformanceCase => ({
    name: `required: the password ${JSON.stringify(password.slice(0, 20))} passes`,
    proves: ['A1'],
    needs: 'sasl-required',
    given: { ...GIVEN, users: [{ name: '$USER', password }] },
    play: async (scene) => {
      // Blanks around a header's value are no part of it.
      const write = password === password.trim() ? OK : WRITE_REFUSED
      await authenticate(scene, '$USER', password, { read: OK, write })
      await authenticate(scene, '$USER', `${password}x`, FAILS)
    },
  })),
  {
    name: 'required: a name beyond ASCII passes',
    proves: ['A1'],
    needs: 'sasl-required',
    given: { ...GIVEN, users: [{ name: '$USER-ü', password: 'secret' }] },
    play: (scene) => authenticate(scene, '$USER-ü', 'secret', PASSES),
  },
  {
    name: "required: each endpoint has its own header, and the other's is ignored",
    proves: ['A1'],
    needs: 'sasl-required',
    given: GIVEN,
    play: async (scene) => {
      const key = scene.names('$USER:secret')
      for (const step of each(READS, { 'DD-API-KEY': key }, READ_REFUSED)) await scene.exchange(step)
      for (const step of each(WRITES, { Authorization: basic(key) }, WRITE_REFUSED)) await scene.exchange(step)
      for (const step of each(READS, { Authorization: basic(key), 'DD-API-KEY': 'wrong' }, OK)) await scene.exchange(step)
      for (const step of each(WRITES, { Authorization: 'Basic wrong', 'DD-API-KEY': key }, OK)) await scene.exchange(step)
    },
  },
  {
    name: 'required: the name of the scheme and of the headers may be in any case',
    proves: ['A1'],
    needs: 'sasl-required',
    given: GIVEN,
    play: async (scene) => {
      const key = scene.names('$USER:secret')
      for (const step of each(READS, { aUTHORIZATION: basic(key).replace('Basic', 'bASIC') }, OK)) await scene.exchange(step)
      for (const step of each(WRITES, { 'dd-api-key': key }, OK)) await scene.exchange(step)
    },
  },
  ...USERS_PROFILES.map((needs): ConformanceCase => ({
    name: `${needs}: a changed password and a deleted user count at the next request`,
    proves: ['A4'],
    needs,
    given: GIVEN,
    play: async (scene) => {
      const user = scene.names('$USER')
      // With optional SASL a wrong key is ignored, so only the readers tell.
      const fails = needs === 'sasl-required' ? FAILS : { read: READ_REFUSED, write: OK }
      await authenticate(scene, '$USER', 'secret', PASSES)
      await scene.administration.changePassword(user, 'changed')
      await authenticate(scene, '$USER', 'secret', fails)
      await authenticate(scene, '$USER', 'changed', PASSES)
      await scene.administration.deleteUser(user)
      await authenticate(scene, '$USER', 'changed', fails)
      await scene.administration.createUser({ name: user, password: 'secret' })
      await authenticate(scene, '$USER', 'secret', PASSES)
      await authenticate(scene, '$USER', 'changed', fails)
    },
  })),
  {
    name: 'plain: without SASL nobody is asked',
    proves: ['A3'],
    given: { records: [givenValues('$TOPIC', 0, ['one'])] },
    steps: [
      ...each(WRITES.slice(1), { 'DD-API-KEY': 'whatever' }, OK),
      ...each(READS.slice(0, 1), {}, fetched(['$TOPIC', entry(0, [0, 1], recordsFrom(0, ['one']))])),
      { request: logs('[{"a":1}]', { 'DD-API-KEY': 'a:b' }, INTAKE), expect: OK },
    ],
  },
]

export const CREDENTIAL_CASES: readonly ConformanceCase[] = [...required, ...optional, ...right]
