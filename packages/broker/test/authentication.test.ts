import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AUTHENTICATION_FAILURES_MAX, AUTHENTICATION_FAILURE_WINDOW_MS, PASSWORD_CHECKS_AT_ONCE_MAX } from '@logbrook/kafka/limits'
import { PASSWORD_BYTES_MAX, USER_NAME_LENGTH_MAX } from '@logbrook/kafka/limits'
import type { ScramCredential } from '@logbrook/kafka/users'
import { createAuthentication } from '../src/authentication.ts'
import type { AuthenticationFailure, AuthenticationMode, Presented } from '../src/authentication.ts'
import { createPasswordCheck } from '../src/password-check.ts'
import type { PasswordCheckOptions } from '../src/password-check.ts'
import { passwordMatches } from '../src/scram.ts'
import { ADMIN, openAdministration } from './administration.ts'

const REFUSE = { address: '10.0.0.9', wrong: 'refuse' } as const
const IGNORE = { address: '10.0.0.9', wrong: 'ignore' } as const

function password(text: string, user = 'alice'): Presented {
  return { kind: 'password', user, password: text }
}

/** A broker with user alice, whose password is `wonderland`, and a count of the checks that were made. */
async function openAuthentication(mode: AuthenticationMode = 'required') {
  const administration = await openAdministration()
  const { users, clock } = administration
  await users.create(ADMIN, { name: 'alice', role: 'user', password: 'wonderland' })
  const checked: string[] = []
  const failures: AuthenticationFailure[] = []
  /** What every check waits for, once it has begun. */
  let pause: Promise<void> = Promise.resolve()
  const authentication = createAuthentication({
    mode,
    checkPassword: createPasswordCheck({
      users,
      clock,
      matches: async (credential: ScramCredential, text: string) => {
        checked.push(text)
        const matches = await passwordMatches(credential, text)
        await pause
        return matches
      },
    }),
    sessions: { identify: async () => 'wrong' },
    onFailure: (failure) => failures.push(failure),
  })
  return {
    ...administration,
    authentication,
    checked,
    failures,
    /** Holds every check from now on until the answer is called. */
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>()
      pause = promise
      return resolve
    },
    [Symbol.asyncDispose]: () => administration[Symbol.asyncDispose](),
  }
}

function refused(message: string | RegExp) {
  return { error: 'SASL_AUTHENTICATION_FAILED', message }
}

test('A2: where authentication is required, the right password is a principal and all else is refused', async () => {
  await using broker = await openAuthentication('required')
  const { authentication, failures } = broker
  assert.equal(await authentication.identify(password('wonderland'), REFUSE), 'User:alice')
  for (const options of [REFUSE, IGNORE]) {
    await assert.rejects(authentication.identify({ kind: 'none' }, options), refused('credentials are required'))
    await assert.rejects(
      authentication.identify({ kind: 'malformed' }, options),
      refused('credentials are malformed; they are user:password'),
    )
    await assert.rejects(authentication.identify(password('Wonderland'), options), refused('user or password is wrong'))
    await assert.rejects(authentication.identify(password('wonderland', 'bob'), options), refused('user or password is wrong'))
  }
  assert.deepEqual(failures.slice(0, 4), ['missing', 'malformed', 'wrong', 'wrong'])
})

test('A3: where it is optional, no credentials are anonymous, and wrong ones what the door says', async () => {
  await using broker = await openAuthentication('optional')
  const { authentication, failures } = broker
  assert.equal(await authentication.identify(password('wonderland'), REFUSE), 'User:alice')
  assert.equal(await authentication.identify({ kind: 'none' }, REFUSE), 'User:ANONYMOUS')
  await assert.rejects(authentication.identify(password('wrong'), REFUSE), refused('user or password is wrong'))
  await assert.rejects(authentication.identify({ kind: 'malformed' }, REFUSE), refused(/malformed/))
  assert.equal(await authentication.identify(password('wrong'), IGNORE), 'User:ANONYMOUS')
  assert.equal(await authentication.identify({ kind: 'malformed' }, IGNORE), 'User:ANONYMOUS')
  assert.deepEqual(failures, ['wrong', 'malformed', 'wrong', 'malformed'])
})

test('where there is none, credentials are not looked at', async () => {
  await using broker = await openAuthentication('none')
  for (const presented of [{ kind: 'none' }, { kind: 'malformed' }, password('wonderland'), password('wrong')] as const) {
    assert.equal(await broker.authentication.identify(presented, REFUSE), 'User:ANONYMOUS')
  }
  assert.deepEqual([broker.checked, broker.failures], [[], []])
})

test('a user without a password passes no door', async () => {
  await using broker = await openAuthentication()
  await broker.users.alter(ADMIN, 'alice', { password: null })
  for (const text of ['wonderland', '']) await assert.rejects(broker.authentication.identify(password(text), REFUSE), refused(/wrong/))
})

test('the right password is checked once and then remembered', async () => {
  await using broker = await openAuthentication()
  for (let i = 0; i < 3; i++) assert.equal(await broker.authentication.identify(password('wonderland'), REFUSE), 'User:alice')
  assert.equal(broker.checked.length, 1)
})

test('a wrong password is checked every time', async () => {
  await using broker = await openAuthentication()
  for (let i = 0; i < 2; i++) await assert.rejects(broker.authentication.identify(password('wrong'), REFUSE), refused(/wrong/))
  assert.equal(broker.checked.length, 2)
})

test('a user that there is not costs the same check as one that there is', async () => {
  await using broker = await openAuthentication()
  await assert.rejects(broker.authentication.identify(password('guess', 'nobody'), REFUSE), refused('user or password is wrong'))
  assert.deepEqual(broker.checked, ['guess'])
})

test('names and passwords longer than any are wrong without a check', async () => {
  await using broker = await openAuthentication()
  const { users, authentication, checked } = broker
  const longest = { name: 'n'.repeat(USER_NAME_LENGTH_MAX), password: 'é'.repeat(PASSWORD_BYTES_MAX / 2) }
  await users.create(ADMIN, { ...longest, role: 'user' })
  assert.equal(await authentication.identify(password(longest.password, longest.name), REFUSE), `User:${longest.name}`)
  checked.length = 0
  await assert.rejects(authentication.identify(password(longest.password, `${longest.name}n`), REFUSE), refused(/wrong/))
  await assert.rejects(authentication.identify(password(`${longest.password}x`, longest.name), REFUSE), refused(/wrong/))
  assert.deepEqual(checked, [])
})

test('A4: a changed password counts at the next request, although the old one was remembered', async () => {
  await using broker = await openAuthentication()
  const { users, authentication } = broker
  await authentication.identify(password('wonderland'), REFUSE)
  await users.alter(ADMIN, 'alice', { password: 'looking-glass' })
  await assert.rejects(authentication.identify(password('wonderland'), REFUSE), refused(/wrong/))
  assert.equal(await authentication.identify(password('looking-glass'), REFUSE), 'User:alice')
})

test('A4: a deleted user is no one at the next request, and is not recognised when created again with another password', async () => {
  await using broker = await openAuthentication()
  const { users, authentication } = broker
  await authentication.identify(password('wonderland'), REFUSE)
  await users.delete(ADMIN, 'alice')
  await assert.rejects(authentication.identify(password('wonderland'), REFUSE), refused(/wrong/))
  await users.create(ADMIN, { name: 'alice', role: 'user', password: 'looking-glass' })
  await assert.rejects(authentication.identify(password('wonderland'), REFUSE), refused(/wrong/))
})

test('a changed role leaves what is remembered', async () => {
  await using broker = await openAuthentication()
  await broker.authentication.identify(password('wonderland'), REFUSE)
  await broker.users.alter(ADMIN, 'alice', { role: 'dba' })
  await broker.authentication.identify(password('wonderland'), REFUSE)
  assert.equal(broker.checked.length, 1)
})

test('a password that is changed while the old one is being checked: the old one does not pass', async () => {
  await using broker = await openAuthentication()
  const { users, authentication } = broker
  const release = broker.hold()
  const outcome = assert.rejects(authentication.identify(password('wonderland'), REFUSE), refused(/wrong/))
  await users.alter(ADMIN, 'alice', { password: 'looking-glass' })
  release()
  await outcome
  assert.equal(broker.checked.length, 2, 'checked again, against the new one')
})

test('a password that is changed while the new one is being checked: the new one passes', async () => {
  await using broker = await openAuthentication()
  const release = broker.hold()
  const outcome = broker.authentication.identify(password('looking-glass'), REFUSE)
  await broker.users.alter(ADMIN, 'alice', { password: 'looking-glass' })
  release()
  assert.equal(await outcome, 'User:alice')
})

test('a user that is deleted while the password is being checked does not pass', async () => {
  await using broker = await openAuthentication()
  const release = broker.hold()
  const outcome = assert.rejects(broker.authentication.identify(password('wonderland'), REFUSE), refused(/wrong/))
  await broker.users.delete(ADMIN, 'alice')
  release()
  await outcome
})

test('whoever comes with the old password after the change does not share the check that began before', async () => {
  await using broker = await openAuthentication()
  const release = broker.hold()
  const before = assert.rejects(broker.authentication.identify(password('wonderland'), REFUSE), refused(/wrong/))
  await broker.users.alter(ADMIN, 'alice', { password: 'looking-glass' })
  const after = assert.rejects(broker.authentication.identify(password('wonderland'), REFUSE), refused(/wrong/))
  release()
  await Promise.all([before, after])
})

test('the same password presented many times at once is checked once, and is one failure when wrong', async () => {
  await using broker = await openAuthentication()
  const { authentication, checked } = broker
  const many = Array.from({ length: 50 })
  const right = await Promise.all(many.map(() => authentication.identify(password('wonderland'), REFUSE)))
  assert.deepEqual(new Set(right), new Set(['User:alice']))
  assert.equal(checked.length, 1)
  const wrong = await Promise.allSettled(many.map(() => authentication.identify(password('wrong'), REFUSE)))
  assert.ok(wrong.every((outcome) => outcome.status === 'rejected'))
  assert.equal(checked.length, 2)
})

test('only so many checks run at once', async () => {
  await using broker = await openAuthentication()
  const release = broker.hold()
  const guesses = Array.from({ length: 5 }, (_, i) => broker.authentication.identify(password(`guess-${i}`), REFUSE))
  assert.equal(broker.checked.length, PASSWORD_CHECKS_AT_ONCE_MAX)
  release()
  await Promise.allSettled(guesses)
  assert.equal(broker.checked.length, 5)
})

test('after too many failures nothing is checked until the window has passed', async () => {
  await using broker = await openAuthentication()
  const { authentication, checked, clock, failures } = broker
  const guess = (i: number): Promise<string> => authentication.identify(password(`guess-${i}`), REFUSE)
  for (let i = 0; i < AUTHENTICATION_FAILURES_MAX; i++) await assert.rejects(guess(i), refused('user or password is wrong'))
  const throttled = refused('the user failed 10 times from this address; it is refused for the rest of 60 s')
  await assert.rejects(guess(10), throttled)
  await assert.rejects(authentication.identify(password('wonderland'), REFUSE), throttled)
  assert.equal(checked.length, AUTHENTICATION_FAILURES_MAX)
  assert.equal(failures.at(-1), 'throttled')

  const elsewhere = { ...REFUSE, address: '10.0.0.10' }
  assert.equal(await authentication.identify(password('wonderland'), elsewhere), 'User:alice')
  clock.advance(AUTHENTICATION_FAILURE_WINDOW_MS)
  await assert.rejects(guess(11), refused('user or password is wrong'))
})

test('guesses made all at once are counted before they are answered', async () => {
  await using broker = await openAuthentication()
  const guesses = Array.from({ length: 30 }, (_, i) => broker.authentication.identify(password(`guess-${i}`), REFUSE))
  await Promise.allSettled(guesses)
  assert.equal(broker.checked.length, AUTHENTICATION_FAILURES_MAX)
})

test('what is ignored is throttled too: anonymous, without a check', async () => {
  await using broker = await openAuthentication('optional')
  for (let i = 0; i < AUTHENTICATION_FAILURES_MAX + 5; i++) {
    assert.equal(await broker.authentication.identify(password('wrong'), IGNORE), 'User:ANONYMOUS')
  }
  assert.equal(broker.checked.length, AUTHENTICATION_FAILURES_MAX)
})

test('a remembered password passes however many others fail', async () => {
  await using broker = await openAuthentication()
  const { authentication } = broker
  await authentication.identify(password('wonderland'), REFUSE)
  for (let i = 0; i < AUTHENTICATION_FAILURES_MAX + 1; i++) {
    await assert.rejects(authentication.identify(password('wrong'), REFUSE), { error: 'SASL_AUTHENTICATION_FAILED' })
  }
  assert.equal(await authentication.identify(password('wonderland'), REFUSE), 'User:alice')
})

test('a check that breaks is no verdict: the next request makes a new one', async () => {
  await using broker = await openAuthentication()
  let broken = true
  const matches: PasswordCheckOptions['matches'] = async (credential, text) => {
    if (broken) throw new Error('no entropy today')
    return await passwordMatches(credential, text)
  }
  const authentication = createAuthentication({
    mode: 'required',
    checkPassword: createPasswordCheck({ users: broker.users, clock: broker.clock, matches }),
    sessions: { identify: async () => 'wrong' },
  })
  await assert.rejects(authentication.identify(password('wonderland'), REFUSE), /no entropy today/)
  broken = false
  assert.equal(await authentication.identify(password('wonderland'), REFUSE), 'User:alice')
})

test('passwords may hold colons and any letters (A1)', async () => {
  await using broker = await openAuthentication()
  const text = 'a:b: pässwörd ✓'
  await broker.users.alter(ADMIN, 'alice', { password: text })
  assert.equal(await broker.authentication.identify(password(text), REFUSE), 'User:alice')
})
