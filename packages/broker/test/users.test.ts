import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PASSWORD_BYTES_MAX, USER_NAME_LENGTH_MAX } from '@logbrook/kafka/limits'
import { ROLES } from '@logbrook/kafka/users'
import { CLUSTER } from '../src/permissions.ts'
import { passwordMatches } from '../src/scram.ts'
import { createUsers } from '../src/users.ts'
import type { NewUser } from '../src/users.ts'
import { ADMIN, ALICE, openAdministration } from './administration.ts'

const NEW_ALICE: NewUser = { name: 'alice', role: 'user', password: 'wonderland' }

test('a user is created once, and replaced by whoever means to', async () => {
  await using administration = await openAdministration()
  const { users, clock } = administration
  const createdMs = clock.now()
  assert.deepEqual(await users.create(ADMIN, NEW_ALICE), { name: 'alice', role: 'user', hasPassword: true, createdMs })
  await assert.rejects(users.create(ADMIN, NEW_ALICE), { error: 'DUPLICATE_RESOURCE', message: 'there is a user "alice" already' })
  clock.advance(1_000)
  const replaced = await users.put(ADMIN, { name: 'alice', role: 'service', password: null })
  assert.deepEqual(replaced, { name: 'alice', role: 'service', hasPassword: false, createdMs })
})

test('of two that create the same user at once, one is told that it is too late', async () => {
  await using administration = await openAdministration()
  const outcomes = await Promise.allSettled([
    administration.users.create(ADMIN, NEW_ALICE),
    administration.users.create(ADMIN, { ...NEW_ALICE, password: 'another' }),
  ])
  assert.deepEqual(outcomes.map((outcome) => outcome.status).toSorted(), ['fulfilled', 'rejected'])
})

test('users are listed by name, and their credentials are not', async () => {
  await using administration = await openAdministration()
  const { users } = administration
  for (const name of ['bob', 'alice', 'Zoe']) await users.create(ADMIN, { ...NEW_ALICE, name })
  const listed = await users.list(ADMIN)
  assert.deepEqual(
    listed.map((user) => user.name),
    ['Zoe', 'alice', 'bob'],
  )
  assert.deepEqual(Object.keys(listed[0]!), ['name', 'role', 'hasPassword', 'createdMs'])
})

test('the password that is kept is the one that was given, as a credential', async () => {
  await using administration = await openAdministration()
  const { users } = administration
  await users.create(ADMIN, NEW_ALICE)
  const credential = users.credentialOf('alice')
  assert.ok(credential)
  assert.equal(await passwordMatches(credential, 'wonderland'), true)
  assert.equal(await passwordMatches(credential, 'Wonderland'), false)
  assert.equal(users.credentialOf('bob'), null)
})

test('a changed password is another credential; a changed role leaves it', async () => {
  await using administration = await openAdministration()
  const { users } = administration
  await users.create(ADMIN, NEW_ALICE)
  const first = users.credentialOf('alice')
  await users.alter(ADMIN, 'alice', { role: 'service' })
  assert.equal(users.credentialOf('alice'), first)
  await users.alter(ADMIN, 'alice', { password: 'wonderland' })
  assert.notEqual(users.credentialOf('alice'), first)
  assert.deepEqual(await users.alter(ADMIN, 'alice', { password: null }), {
    name: 'alice',
    role: 'service',
    hasPassword: false,
    createdMs: administration.clock.now(),
  })
  assert.equal(users.credentialOf('alice'), null)
})

test('a deleted user is gone, also for the next process', async () => {
  await using administration = await openAdministration()
  const { users, storage, permissions, clock } = administration
  await users.create(ADMIN, NEW_ALICE)
  await users.create(ADMIN, { ...NEW_ALICE, name: 'bob' })
  await users.delete(ADMIN, 'alice')
  assert.equal(users.credentialOf('alice'), null)
  const gone = { error: 'RESOURCE_NOT_FOUND', message: 'there is no user "alice"' }
  await assert.rejects(users.delete(ADMIN, 'alice'), gone)
  await assert.rejects(users.alter(ADMIN, 'alice', { role: 'user' }), gone)
  const reopened = await createUsers({ store: storage.users, permissions, clock })
  assert.deepEqual(await reopened.list(ADMIN), await users.list(ADMIN))
  assert.equal(await passwordMatches(reopened.credentialOf('bob')!, 'wonderland'), true)
})

test('a deleted user is not brought back by a change that was under way', async () => {
  await using administration = await openAdministration()
  const { users } = administration
  await users.create(ADMIN, NEW_ALICE)
  const change = assert.rejects(users.alter(ADMIN, 'alice', { password: 'late' }), { error: 'RESOURCE_NOT_FOUND' })
  await users.delete(ADMIN, 'alice')
  await change
  assert.equal(users.credentialOf('alice'), null)
})

test('system and dba are super users as long as they are so, service and user are not', async () => {
  await using administration = await openAdministration()
  const { users, permissions } = administration
  for (const role of ROLES) {
    await users.put(ADMIN, { ...NEW_ALICE, role })
    assert.equal(permissions.allows(ALICE, 'ALTER', CLUSTER), role === 'system' || role === 'dba', role)
  }
  await users.alter(ADMIN, 'alice', { role: 'dba' })
  assert.equal(permissions.allows(ALICE, 'ALTER', CLUSTER), true)
  await users.delete(ADMIN, 'alice')
  assert.equal(permissions.allows(ALICE, 'ALTER', CLUSTER), false)
})

test('roles that were kept make super users when the next process starts', async () => {
  await using administration = await openAdministration()
  const { users, storage, permissions, clock } = administration
  await users.create(ADMIN, { ...NEW_ALICE, role: 'dba' })
  permissions.setRoleSuperUsers(new Set())
  await createUsers({ store: storage.users, permissions, clock })
  assert.equal(permissions.allows(ALICE, 'ALTER', CLUSTER), true)
})

test('lists ask for DESCRIBE on the cluster, changes for ALTER', async () => {
  await using administration = await openAdministration()
  const { users, permissions } = administration
  const denied = { error: 'CLUSTER_AUTHORIZATION_FAILED' }
  await permissions.add(ADMIN, [
    {
      principal: 'User:alice',
      host: '*',
      operation: 'DESCRIBE',
      permissionType: 'ALLOW',
      resourceType: 'CLUSTER',
      resourceName: 'kafka-cluster',
      patternType: 'LITERAL',
    },
  ])
  assert.deepEqual(await users.list(ALICE), [])
  await assert.rejects(users.list({ ...ALICE, principal: 'User:bob' }), denied)
  await assert.rejects(users.create(ALICE, NEW_ALICE), denied)
  await assert.rejects(users.put(ALICE, NEW_ALICE), denied)
  await assert.rejects(users.alter(ALICE, 'alice', { role: 'system' }), denied)
  await assert.rejects(users.delete(ALICE, 'alice'), denied)
})

const REFUSED_NAMES: readonly (readonly [name: string, message: string])[] = [
  ['', 'user name is empty'],
  ['*', 'user name "*" is reserved'],
  ['ANONYMOUS', 'user name "ANONYMOUS" is reserved'],
  ['a:b', 'user name "a:b" holds a colon, which ends the name in credentials'],
  ['a\nb', String.raw`user name "a\nb" holds control characters`],
  ['a\u2028b', 'user name "a\u2028b" holds control characters'],
  ['a\ud800b', String.raw`user name "a\ud800b" holds control characters`],
  ['a'.repeat(USER_NAME_LENGTH_MAX + 1), `user name is ${USER_NAME_LENGTH_MAX + 1} characters; the limit is 255`],
]

test('names that would be ambiguous, forge lines or be someone else are refused', async () => {
  await using administration = await openAdministration()
  for (const [name, message] of REFUSED_NAMES) {
    await assert.rejects(administration.users.put(ADMIN, { ...NEW_ALICE, name }), { error: 'INVALID_REQUEST', message })
  }
})

test('names of other scripts, with spaces and of the longest length are names', async () => {
  await using administration = await openAdministration()
  for (const name of ['Zoë Ünï', '用户', 'a@b.c', 'a'.repeat(USER_NAME_LENGTH_MAX)]) {
    assert.equal((await administration.users.create(ADMIN, { ...NEW_ALICE, name })).name, name)
  }
})

test('passwords have 1 to 1,024 bytes of UTF-8', async () => {
  await using administration = await openAdministration()
  const { users } = administration
  const refused: readonly (readonly [password: string, message: string])[] = [
    ['', 'password is empty'],
    ['é'.repeat(PASSWORD_BYTES_MAX / 2) + 'x', 'password is 1025 bytes; the limit is 1024'],
    ['\udc00', 'password holds half of a surrogate pair, which has no UTF-8'],
  ]
  for (const [password, message] of refused) {
    await assert.rejects(users.put(ADMIN, { ...NEW_ALICE, password }), { error: 'UNACCEPTABLE_CREDENTIAL', message })
  }
  assert.deepEqual(await users.list(ADMIN), [])
  for (const password of ['x', 'é'.repeat(PASSWORD_BYTES_MAX / 2)]) await users.put(ADMIN, { ...NEW_ALICE, password })
})

test('a user that could not be kept is not there, and counts for nothing', async () => {
  await using administration = await openAdministration()
  const { storage, permissions, clock } = administration
  const store = {
    ...storage.users,
    putUser: () => Promise.reject(new Error('the disk is full')),
  }
  const users = await createUsers({ store, permissions, clock })
  await assert.rejects(users.create(ADMIN, { ...NEW_ALICE, role: 'dba' }), /the disk is full/)
  assert.equal(users.credentialOf('alice'), null)
  assert.equal(permissions.allows(ALICE, 'ALTER', CLUSTER), false)
})
