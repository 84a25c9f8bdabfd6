import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Logbrook } from '../../src/testing/testing.ts'
import type { PermissionQuestion } from '../../src/testing/testing.ts'

async function create(): Promise<Logbrook> {
  return await Logbrook.create({
    topics: { logs: {}, 'logs.web': {} },
    users: { alice: 'wonderland', bob: 'builder' },
    superUsers: ['User:bob'],
    acls: [
      { principal: 'User:alice', operation: 'READ', topic: 'logs' },
      { principal: 'User:alice', operation: 'WRITE', topic: 'logs.', pattern_type: 'PREFIXED' },
      { principal: 'User:alice', operation: 'READ', group: 'readers', host: '127.0.0.1' },
      { principal: 'User:alice', operation: 'DESCRIBE', cluster: true },
      { principal: 'User:*', operation: 'WRITE', permission_type: 'DENY', resource_type: 'TOPIC', resource_name: 'logs' },
    ],
  })
}

const mayAlice = (operation: PermissionQuestion['operation'], topic: string): PermissionQuestion => ({
  principal: 'User:alice',
  operation,
  topic,
})

test('bindings of a fixture are enforced at its door', async () => {
  await using broker = await create()
  await broker.topic('logs').produce(['x'])
  const alice = broker.as('alice')
  assert.equal((await alice.record({ topic: 'logs', partition: 0, offset: 0 })).offset, 0)
  await broker.expectDenied(alice.produceValue('logs', 'x'))
  await alice.produceValue('logs.web', 'x')
  await broker.expectDenied(broker.anonymous.record({ topic: 'logs', partition: 0, offset: 0 }))
  await broker.as('bob').produceValue('logs', 'x')
})

test('why something is allowed or denied is explained', async () => {
  await using broker = await create()
  const { allowed, enforced, reason, binding, sentence } = broker.explain(mayAlice('READ', 'logs'))
  assert.deepEqual([allowed, enforced, reason, binding?.resourceName], [true, true, 'allow-binding', 'logs'])
  assert.equal(sentence, 'User:alice may READ topic logs from 127.0.0.1: ALLOW READ for User:alice from * on TOPIC LITERAL logs')
  assert.equal(broker.explain(mayAlice('WRITE', 'logs')).reason, 'deny-binding')
  assert.equal(broker.explain({ principal: 'User:alice', operation: 'READ', group: 'readers' }).allowed, true)
  assert.equal(broker.explain({ principal: 'User:alice', operation: 'READ', group: 'readers', host: '10.0.0.1' }).allowed, false)
  assert.equal(broker.explain({ principal: 'User:alice', operation: 'DESCRIBE', cluster: true }).allowed, true)
  assert.equal(broker.explain({ principal: 'User:bob', operation: 'ALTER', cluster: true }).reason, 'super-user')
  assert.throws(() => broker.explain({ principal: 'User:alice', operation: 'RAED' as never, topic: 'logs' }), {
    message: /^question: operation is "RAED"; did you mean READ\?/,
  })
})

test('what is expected to be denied, and is not, says why', async () => {
  await using broker = await create()
  await broker.expectDenied(mayAlice('WRITE', 'logs'))
  await broker.expectAllowed(mayAlice('READ', 'logs'))
  await assert.rejects(broker.expectDenied(mayAlice('READ', 'logs')), {
    message: /^expected to be denied: User:alice may READ topic logs from 127\.0\.0\.1: ALLOW READ for User:alice/,
  })
  await assert.rejects(broker.expectAllowed(mayAlice('WRITE', 'logs')), {
    message: /^expected to be allowed: User:alice may not WRITE topic logs from 127\.0\.0\.1: DENY WRITE for User:\*/,
  })
  await assert.rejects(broker.expectDenied(broker.as('alice').produceValue('logs.web', 'x')), {
    message: 'expected to be denied, and was answered: {"partition":0,"base_offset":0,"record_count":1}',
  })
  await assert.rejects(broker.expectDenied(broker.as('bob').produceValue('nowhere', 'x')), {
    message: /^expected to be denied, and failed for another reason: LogbrookError: there is no topic "nowhere"$/,
  })
})

test('where no bindings are enforced, nothing is denied', async () => {
  await using broker = await Logbrook.create({ topics: { logs: {} } })
  assert.equal(broker.explain(mayAlice('READ', 'logs')).enforced, false)
  await broker.expectAllowed(mayAlice('READ', 'logs'))
  await assert.rejects(broker.expectDenied(mayAlice('READ', 'logs')), {
    message: /^nothing is denied: the broker was created without acls/,
  })
})

test('a default that allows is one', async () => {
  await using broker = await Logbrook.create({ topics: { logs: {} }, acls: [], allowEveryoneIfNoAclFound: true })
  await broker.expectAllowed(mayAlice('READ', 'logs'))
  await broker.anonymous.produceValue('logs', 'x')
})

test('what fetch answers is looked at, and what is neither call nor question is refused', async () => {
  await using broker = await create()
  const record = (user: string) =>
    fetch(`${broker.url}/v1/kafka/topics/logs.web/partitions/0/records/0`, {
      headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}` },
    })
  await broker.topic('logs.web').produce(['x'])
  await broker.expectDenied(record('alice:wonderland'))
  await assert.rejects(broker.expectDenied(record('bob:builder')), {
    message: /^expected to be denied, and was answered 200: \{"offset":0,/,
  })
  for (const nothing of [undefined, null, () => fetch(broker.url)] as never[]) {
    await assert.rejects(broker.expectDenied(nothing), {
      error: 'INVALID_REQUEST',
      message: /^what is expected to be denied is a question/,
    })
  }
  assert.throws(() => broker.explain({ ...mayAlice('READ', 'logs'), permission_type: 'DENY' } as never), {
    message: 'question: unknown field "permission_type"; there are principal, operation, host, topic, group and cluster',
  })
})
