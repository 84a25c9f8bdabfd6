import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AclBinding } from '@logbrook/kafka/acl'
import { ACL_BINDINGS_MAX } from '@logbrook/kafka/limits'
import type { User } from '@logbrook/kafka/users'
import { isKafkaError, openForTest, temporaryDirectory } from './fixture.ts'

const ALICE: User = {
  name: 'alice',
  role: 'service',
  email: 'alice@example.com',
  createdMs: 7,
  updatedMs: 9,
  credential: {
    mechanism: 'SCRAM-SHA-512',
    iterations: 4_096,
    salt: Buffer.from([0, 1, 255]),
    storedKey: Buffer.alloc(64, 1),
    serverKey: Buffer.alloc(64, 2),
  },
}
const BOB: User = { name: 'bob', role: 'user', email: null, createdMs: 8, updatedMs: 8, credential: null }

describe('users', () => {
  test('are kept as they are, with and without a credential', async () => {
    await using directory = await temporaryDirectory()
    {
      await using storage = await openForTest({ dataDir: directory.path })
      await storage.users.putUser(BOB)
      await storage.users.putUser(ALICE)
      assert.deepEqual(await storage.users.users(), [ALICE, BOB])
    }
    await using storage = await openForTest({ dataDir: directory.path })
    assert.deepEqual(await storage.users.users(), [ALICE, BOB])
  })

  test('are replaced and deleted by name', async () => {
    await using storage = await openForTest()
    await storage.users.putUser(ALICE)
    await storage.users.putUser({ ...ALICE, role: 'dba', credential: null })
    assert.deepEqual(await storage.users.users(), [{ ...ALICE, role: 'dba', credential: null }])
    assert.equal(await storage.users.deleteUser('Alice'), false)
    assert.equal(await storage.users.deleteUser('alice'), true)
    assert.equal(await storage.users.deleteUser('alice'), false)
    assert.deepEqual(await storage.users.users(), [])
  })
})

const READ_LOGS: AclBinding = {
  resourceType: 'TOPIC',
  resourceName: 'logs',
  patternType: 'LITERAL',
  principal: 'User:alice',
  host: '*',
  operation: 'READ',
  permissionType: 'ALLOW',
}
const WRITE_LOGS: AclBinding = { ...READ_LOGS, operation: 'WRITE' }
const DENY_BOB: AclBinding = { ...READ_LOGS, principal: 'User:bob', permissionType: 'DENY' }

function numbered(from: number, to: number): readonly AclBinding[] {
  return Array.from({ length: to - from }, (_, i) => ({ ...READ_LOGS, resourceName: `topic-${from + i}` }))
}

describe('ACL bindings', () => {
  test('are a set that survives', async () => {
    await using directory = await temporaryDirectory()
    {
      await using storage = await openForTest({ dataDir: directory.path })
      await storage.acls.addBindings([READ_LOGS, DENY_BOB])
      await storage.acls.addBindings([READ_LOGS, WRITE_LOGS, WRITE_LOGS])
    }
    await using storage = await openForTest({ dataDir: directory.path })
    assert.deepEqual(await storage.acls.bindings(), [READ_LOGS, WRITE_LOGS, DENY_BOB])
  })

  test('are deleted by what any filter matches, and answered', async () => {
    await using storage = await openForTest()
    await storage.acls.addBindings([READ_LOGS, WRITE_LOGS, DENY_BOB])
    assert.deepEqual(await storage.acls.deleteBindings([]), [])
    assert.deepEqual(await storage.acls.deleteBindings([{ principal: 'User:carol' }]), [])
    assert.deepEqual(await storage.acls.deleteBindings([{ operation: 'WRITE' }, { principal: 'User:bob', permissionType: 'DENY' }]), [
      WRITE_LOGS,
      DENY_BOB,
    ])
    assert.deepEqual(await storage.acls.deleteBindings([{}]), [READ_LOGS])
    assert.deepEqual(await storage.acls.bindings(), [])
  })

  test('are at most as many as the limit, all or nothing', async () => {
    await using storage = await openForTest()
    await storage.acls.addBindings(numbered(0, ACL_BINDINGS_MAX - 1))
    const tooMany = storage.acls.addBindings(numbered(ACL_BINDINGS_MAX - 1, ACL_BINDINGS_MAX + 1))
    await assert.rejects(tooMany, isKafkaError('POLICY_VIOLATION', /100001 ACL bindings; the limit is 100000/))
    assert.equal((await storage.acls.bindings()).length, ACL_BINDINGS_MAX - 1)
    await storage.acls.addBindings(numbered(ACL_BINDINGS_MAX - 1, ACL_BINDINGS_MAX))
    assert.equal((await storage.acls.bindings()).length, ACL_BINDINGS_MAX)
  })
})
