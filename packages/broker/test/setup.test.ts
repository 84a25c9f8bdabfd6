/** The first-run setup: when it is open, and what it leaves. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KafkaError } from '@logbrook/kafka/errors'
import type { Role } from '@logbrook/kafka/users'
import { createSetup } from '../src/sessions/setup.ts'
import { ADMIN, openAdministration } from './administration.ts'

const FIRST = { user: 'alice', password: 'wonderland', rootPassword: 'looking-glass', email: 'alice@example.com' }

async function openSetup() {
  const administration = await openAdministration()
  const setup = createSetup({ users: administration.users, superUsers: [ADMIN.principal] })
  return { ...administration, setup, [Symbol.asyncDispose]: () => administration[Symbol.asyncDispose]() }
}

test('it makes a dba and root, who may do everything from then on', async () => {
  await using broker = await openSetup()
  const { setup, users, clock, storage } = broker
  assert.equal(setup.isNeeded(), true)
  const { credential, ...dba } = await setup.run(FIRST)
  assert.notEqual(credential, null)
  assert.deepEqual(dba, { name: 'alice', role: 'dba', email: 'alice@example.com', createdMs: clock.now(), updatedMs: clock.now() })
  assert.equal(setup.isNeeded(), false)
  assert.deepEqual(
    (await storage.users.users()).map(({ name, role }) => [name, role]),
    [
      ['alice', 'dba'],
      ['root', 'system'],
    ],
  )
  assert.equal((await users.list({ principal: 'User:root', host: '10.0.0.1' })).length, 2)
})

test('a root that was there without a password keeps the time of their making', async () => {
  await using broker = await openSetup()
  const { setup, users, clock } = broker
  await users.create(ADMIN, { name: 'root', role: 'user', password: null })
  const createdMs = clock.now()
  clock.advance(1_000)
  await setup.run(FIRST)
  const root = users.user('root')
  assert.deepEqual([root?.role, root?.createdMs, root?.updatedMs], ['system', createdMs, createdMs + 1_000])
})

/** Who has a password, and whether the setup is open then. */
const USERS: readonly (readonly [name: string, role: Role, password: string | null, open: boolean])[] = [
  ['root', 'system', null, true],
  ['root', 'user', 'x', false],
  ['bob', 'dba', null, true],
  ['bob', 'dba', 'x', false],
  ['bob', 'system', 'x', false],
  ['bob', 'service', 'x', true],
  ['bob', 'user', 'x', true],
  ['admin', 'user', 'x', false],
]

for (const [name, role, password, open] of USERS) {
  test(`it is ${open ? 'open' : 'closed'} where ${name}, a ${role}, has ${password === null ? 'no' : 'a'} password`, async () => {
    await using broker = await openSetup()
    await broker.users.create(ADMIN, { name, role, password })
    assert.equal(broker.setup.isNeeded(), open)
    if (open) await broker.setup.run(FIRST)
    else await assert.rejects(broker.setup.run(FIRST), { error: 'ALREADY_CONFIGURED' })
  })
}

test('of two at once, one is done and the other is told so', async () => {
  await using broker = await openSetup()
  const outcomes = await Promise.allSettled([broker.setup.run(FIRST), broker.setup.run({ ...FIRST, user: 'bob' })])
  const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.name] : []))
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [(outcome.reason as KafkaError).error] : []))
  assert.deepEqual([done.length, refused], [1, ['ALREADY_CONFIGURED']])
  assert.deepEqual(
    (await broker.storage.users.users()).map(({ name }) => name),
    [...done, 'root'],
  )
})

test('what is refused leaves nobody behind', async () => {
  await using broker = await openSetup()
  await broker.users.create(ADMIN, { name: 'bob', role: 'user', password: 'builder' })
  const refusals = [
    [{ password: 'short' }, 'UNACCEPTABLE_CREDENTIAL', /^DBA user password: /],
    [{ rootPassword: 'short' }, 'UNACCEPTABLE_CREDENTIAL', /^Root password: /],
    [{ user: 'root' }, 'INVALID_USER_NAME', /root/],
    [{ user: 'a:b' }, 'INVALID_USER_NAME', /colon/],
    [{ user: 'bob' }, 'DUPLICATE_RESOURCE', /already exists/],
  ] as const
  for (const [changes, error, message] of refusals) await assert.rejects(broker.setup.run({ ...FIRST, ...changes }), { error, message })
  assert.deepEqual(
    (await broker.storage.users.users()).map(({ name }) => name),
    ['bob'],
  )
  assert.equal(broker.setup.isNeeded(), true)
})
