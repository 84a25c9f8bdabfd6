import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Question } from '@logbrook/acl/matching'
import type { AclBinding, Operation, ResourceType } from '@logbrook/kafka/acl'
import { ACL_BINDINGS_MAX } from '@logbrook/kafka/limits'
import type { Principal } from '@logbrook/kafka/principal'
import type { AclStore } from '@logbrook/kafka/users'
import type { Caller } from '../src/caller.ts'
import { CLUSTER, createPermissions } from '../src/permissions.ts'
import { ADMIN, ALICE, openAdministration } from './administration.ts'

const LOGS = { type: 'TOPIC', name: 'logs' } as const

function allow(principal: Principal, operation: Operation, type: ResourceType = 'TOPIC', name = 'logs'): AclBinding {
  return { principal, operation, host: '*', permissionType: 'ALLOW', resourceType: type, resourceName: name, patternType: 'LITERAL' }
}

test('with ACLs off, everyone may do everything, and prepare bindings', async () => {
  await using administration = await openAdministration({ enabled: false })
  const { permissions } = administration
  permissions.require(ALICE, 'DELETE', LOGS)
  assert.equal(permissions.allows(ALICE, 'ALTER', CLUSTER), true)
  await permissions.add(ALICE, [allow('User:bob', 'READ')])
  assert.equal((await permissions.list(ALICE, {})).length, 1)
})

test('with ACLs on and no binding, everything is denied but to super users (A7)', async () => {
  await using administration = await openAdministration()
  const { permissions } = administration
  assert.equal(permissions.allows(ALICE, 'READ', LOGS), false)
  assert.equal(permissions.allows(ADMIN, 'READ', LOGS), true)
})

test('the default without bindings is as configured', async () => {
  await using administration = await openAdministration({ allowWithoutBinding: true })
  assert.equal(administration.permissions.allows(ALICE, 'READ', LOGS), true)
})

test('a denial names principal, operation and resource, has the error of its resource type, and is told', async () => {
  const told: Question[] = []
  await using administration = await openAdministration({ onDenied: (question) => told.push(question) })
  const { permissions } = administration
  assert.throws(() => permissions.require(ALICE, 'WRITE', LOGS), {
    error: 'TOPIC_AUTHORIZATION_FAILED',
    message: 'User:alice may not WRITE topic logs',
  })
  assert.throws(() => permissions.require(ALICE, 'READ', { type: 'GROUP', name: 'readers' }), {
    error: 'GROUP_AUTHORIZATION_FAILED',
    message: 'User:alice may not READ group readers',
  })
  assert.throws(() => permissions.require(ALICE, 'ALTER', CLUSTER), {
    error: 'CLUSTER_AUTHORIZATION_FAILED',
    message: 'User:alice may not ALTER the cluster',
  })
  assert.deepEqual(told[0], { principal: 'User:alice', host: '10.0.0.2', operation: 'WRITE', resource: LOGS })
  assert.equal(told.length, 3)
})

test('a change of bindings counts at the next question (A4)', async () => {
  await using administration = await openAdministration()
  const { permissions } = administration
  assert.equal(permissions.allows(ALICE, 'READ', LOGS), false)
  await permissions.add(ADMIN, [allow('User:alice', 'READ')])
  permissions.require(ALICE, 'READ', LOGS)
  permissions.require(ALICE, 'DESCRIBE', LOGS)
  const removed = await permissions.remove(ADMIN, [{ principal: 'User:alice' }])
  assert.deepEqual(removed, [allow('User:alice', 'READ')])
  assert.equal(permissions.allows(ALICE, 'READ', LOGS), false)
})

test('bindings that were kept are there for the next process', async () => {
  await using administration = await openAdministration()
  await administration.permissions.add(ADMIN, [allow('User:alice', 'READ')])
  const reopened = await createPermissions({
    store: administration.storage.acls,
    enabled: true,
    superUsers: [],
    allowWithoutBinding: false,
  })
  reopened.require(ALICE, 'READ', LOGS)
})

test('the same binding twice is one', async () => {
  await using administration = await openAdministration()
  const { permissions } = administration
  const binding = allow('User:alice', 'READ')
  await permissions.add(ADMIN, [binding, { ...binding }])
  await permissions.add(ADMIN, [binding])
  assert.deepEqual(await permissions.list(ADMIN, {}), [binding])
})

test('lists and removals go by filters', async () => {
  await using administration = await openAdministration()
  const { permissions } = administration
  const [read, write, other] = [allow('User:alice', 'READ'), allow('User:alice', 'WRITE'), allow('User:bob', 'READ')]
  await permissions.add(ADMIN, [read, write, other])
  assert.deepEqual(await permissions.list(ADMIN, { operation: 'READ', principal: 'User:alice' }), [read])
  assert.deepEqual(await permissions.remove(ADMIN, []), [])
  assert.deepEqual(await permissions.remove(ADMIN, [{ operation: 'WRITE' }, { principal: 'User:bob' }]), [write, other])
  assert.deepEqual(await permissions.list(ADMIN, {}), [read])
})

test('administration asks for DESCRIBE or ALTER on the cluster', async () => {
  await using administration = await openAdministration()
  const { permissions } = administration
  const question = { ...ALICE, operation: 'READ', resource: LOGS } as const
  const denied = { error: 'CLUSTER_AUTHORIZATION_FAILED' }
  await assert.rejects(permissions.list(ALICE, {}), denied)
  await assert.rejects(permissions.add(ALICE, []), denied)
  await assert.rejects(permissions.remove(ALICE, []), denied)
  assert.throws(() => permissions.explain(ALICE, question), denied)

  await permissions.add(ADMIN, [allow('User:alice', 'DESCRIBE', 'CLUSTER', 'kafka-cluster')])
  await permissions.list(ALICE, {})
  permissions.explain(ALICE, question)
  await assert.rejects(permissions.add(ALICE, []), denied)

  await permissions.add(ADMIN, [allow('User:alice', 'ALTER', 'CLUSTER', 'kafka-cluster')])
  await permissions.add(ALICE, [allow('User:bob', 'READ')])
  assert.equal((await permissions.remove(ALICE, [{ principal: 'User:bob' }])).length, 1)
})

test('an explanation says what the bindings say, and whether they are enforced', async () => {
  for (const enabled of [true, false]) {
    await using administration = await openAdministration({ enabled })
    const explanation = administration.permissions.explain(ADMIN, { ...ALICE, operation: 'READ', resource: LOGS })
    assert.equal(explanation.enforced, enabled)
    assert.equal(explanation.reason, 'default-deny')
    assert.match(explanation.sentence, /^User:alice may not READ topic logs from 10\.0\.0\.2: /)
  }
})

test('super users by role come and go beside those of the configuration', async () => {
  await using administration = await openAdministration()
  const { permissions } = administration
  permissions.setRoleSuperUsers(new Set(['User:alice']))
  assert.equal(permissions.allows(ALICE, 'ALTER', CLUSTER), true)
  permissions.setRoleSuperUsers(new Set(['User:bob']))
  assert.equal(permissions.allows(ALICE, 'ALTER', CLUSTER), false)
  assert.equal(permissions.allows({ ...ALICE, principal: 'User:bob' }, 'ALTER', CLUSTER), true)
  assert.equal(permissions.allows(ADMIN, 'ALTER', CLUSTER), true)
})

test('as many bindings as the limit are kept, and one more is refused whole', async () => {
  await using administration = await openAdministration()
  const { permissions } = administration
  const many = Array.from({ length: ACL_BINDINGS_MAX }, (_, i) => allow('User:alice', 'READ', 'TOPIC', `topic-${i}`))
  await permissions.add(ADMIN, many)
  await assert.rejects(permissions.add(ADMIN, [allow('User:alice', 'READ')]), {
    error: 'POLICY_VIOLATION',
    message: 'there would be 100001 ACL bindings; the limit is 100000',
  })
  assert.equal(permissions.allows(ALICE, 'READ', LOGS), false)
  permissions.require(ALICE, 'READ', { type: 'TOPIC', name: `topic-${ACL_BINDINGS_MAX - 1}` })
})

test('what could not be kept changes nothing, and stops no change after it', async () => {
  await using administration = await openAdministration()
  const { acls } = administration.storage
  let failures = 1
  const store: AclStore = {
    ...acls,
    addBindings: async (bindings) => {
      if (failures-- > 0) throw new Error('the disk is full')
      await acls.addBindings(bindings)
    },
  }
  const permissions = await createPermissions({ store, enabled: true, superUsers: [ADMIN.principal], allowWithoutBinding: false })
  const both = [permissions.add(ADMIN, [allow('User:alice', 'READ')]), permissions.add(ADMIN, [allow('User:alice', 'WRITE')])]
  const outcomes = await Promise.allSettled(both)
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['rejected', 'fulfilled'],
  )
  assert.equal(permissions.allows(ALICE, 'READ', LOGS), false)
  assert.equal(permissions.allows(ALICE, 'WRITE', LOGS), true)
})

test('a binding for one host is for that host', async () => {
  await using administration = await openAdministration()
  const { permissions } = administration
  await permissions.add(ADMIN, [{ ...allow('User:alice', 'READ'), host: ALICE.host }])
  const elsewhere: Caller = { ...ALICE, host: '10.0.0.9' }
  assert.equal(permissions.allows(ALICE, 'READ', LOGS), true)
  assert.equal(permissions.allows(elsewhere, 'READ', LOGS), false)
})
