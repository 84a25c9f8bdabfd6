import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, it, test } from 'node:test'
import { KafkaError, Logbrook } from '../../src/testing/testing.ts'
import type { LogbrookOptions } from '../../src/testing/testing.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

test('a broker has what it was created with when it has been created', async () => {
  await using broker = await Logbrook.create({
    topics: { logs: { partitions: 4, config: { 'retention.ms': 60_000 } }, audit: {} },
    users: { alice: 'wonderland', admin: { password: 'secret', role: 'dba' } },
  })
  assert.match(broker.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  const admin = broker.as('admin')
  assert.deepEqual(
    (await admin.topics.list()).map(({ name, partition_count: partitions }) => [name, partitions]),
    [
      ['audit', 1],
      ['logs', 4],
    ],
  )
  assert.equal((await admin.topics.describe('logs')).config?.['retention.ms'], 60_000)
  assert.deepEqual(
    (await admin.users.list()).map(({ name, role }) => [name, role]),
    [
      ['admin', 'dba'],
      ['alice', 'user'],
    ],
  )
})

test('a Datadog sender is pointed at a topic', async () => {
  await using broker = await Logbrook.create({ topics: { 'web.logs': {} } })
  assert.equal(broker.datadogUrl('web.logs'), `${broker.url}/dd/web.logs`)
  const sent = await fetch(`${broker.datadogUrl('web.logs')}/api/v2/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '[{"message":"hello"}]',
  })
  assert.equal(sent.status, 200)
  assert.deepEqual(
    (await broker.topic('web.logs').records()).map(({ value }) => value),
    ['{"message":"hello"}'],
  )
})

describe('a client of a user', () => {
  it('has their password, or the one that it is given', async () => {
    await using broker = await Logbrook.create({ users: { alice: 'wonderland', ghost: { password: null } }, auth: 'required' })
    assert.deepEqual(await broker.as('alice').topics.list(), [])
    await assert.rejects(broker.as('alice', 'wrong').topics.list(), { code: 'SASL_AUTHENTICATION_FAILED' })
    await assert.rejects(broker.anonymous.topics.list(), { code: 'SASL_AUTHENTICATION_FAILED' })
    await broker.as('alice').users.create({ name: 'bob', password: 'builder' })
    assert.deepEqual(await broker.as('bob', 'builder').topics.list(), [])
  })

  it('needs one that is known', async () => {
    await using broker = await Logbrook.create({ users: { alice: 'wonderland', ghost: { password: null } } })
    assert.throws(() => broker.as('bob'), {
      message: 'user "bob" is not among the users that the broker was created with (alice, ghost); as(user, password) takes any',
    })
    assert.throws(() => broker.as('ghost'), { message: 'user "ghost" has no password; as(user, password) takes any' })
  })
})

test('what an administrative answer said is seen by the next request on any connection', async () => {
  await using broker = await Logbrook.create({ users: { admin: { password: 'secret', role: 'dba' } }, acls: [] })
  const admin = broker.as('admin')
  for (let round = 0; round < 20; round++) {
    const name = `topic-${round}`
    await admin.topics.create({ name })
    await admin.users.put('bob', { password: `password ${round}` })
    const bob = broker.as('bob', `password ${round}`)
    await assert.rejects(bob.produceValue(name, 'x'), { code: 'TOPIC_AUTHORIZATION_FAILED' })
    await admin.acls.create([{ principal: 'User:bob', operation: 'WRITE', resource_type: 'TOPIC', resource_name: name }])
    assert.equal((await bob.produceValue(name, 'x')).base_offset, 0)
    await admin.topics.delete(name)
    await assert.rejects(bob.produceValue(name, 'x'), { code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  }
})

test('many brokers live in one process, and know nothing of each other', async () => {
  const brokers = await Promise.all(Array.from({ length: 20 }, () => Logbrook.create({ topics: { logs: {} } })))
  await Promise.all(brokers.map((broker, i) => broker.topic('logs').produce([`of broker ${i}`])))
  for (const [i, broker] of brokers.entries()) {
    assert.deepEqual(
      (await broker.topic('logs').records()).map(({ value }) => value),
      [`of broker ${i}`],
    )
  }
  assert.equal(new Set(brokers.map(({ url }) => url)).size, brokers.length)
  await Promise.all(brokers.map((broker) => broker.stop()))
})

test('a data directory has what an earlier broker left in it', async () => {
  await using directory = await temporaryDirectory()
  const dataDir = join(directory.path, 'data')
  {
    await using first = await Logbrook.create({ dataDir, topics: { logs: {} }, users: { alice: 'wonderland' } })
    await first.topic('logs').produce(['kept'])
    await assert.rejects(Logbrook.create({ dataDir }), /in use by a test, pid \d+/)
  }
  await using second = await Logbrook.create({ dataDir, auth: 'required', topics: { logs: {}, more: {} } })
  assert.deepEqual(
    (await second.topic('logs').records()).map(({ value }) => value),
    ['kept'],
  )
  assert.equal((await second.as('alice', 'wonderland').topics.list()).length, 2)
})

test('stopping twice is stopping once, and a stopped broker says so', async () => {
  const broker = await Logbrook.create({ topics: { logs: {} } })
  const { url } = broker
  await Promise.all([broker.stop(), broker.stop()])
  await broker.stop()
  await assert.rejects(fetch(url))
  await assert.rejects(broker.topic('logs').produce(['x']), /the log is closed/)
  await assert.rejects(broker.snapshot(), /the broker is stopped/)
})

test("the globals of the process are the process's own", async () => {
  const { Request: ownRequest, Response: ownResponse } = globalThis
  await using broker = await Logbrook.create({ topics: { logs: {} } })
  assert.ok((await broker.anonymous.topics.describe('logs')).id.length > 0)
  assert.equal(globalThis.Request, ownRequest)
  assert.equal(globalThis.Response, ownResponse)
})

describe('a wrong option is named, and nothing is left behind', () => {
  const wrong: readonly (readonly [name: string, options: unknown, message: RegExp])[] = [
    ['an unknown option', { topcis: {} }, /^unknown field "topcis"; did you mean topics\?$/],
    [
      'an unknown option of a topic',
      { topics: { logs: { partition: 4 } } },
      /^topics\.logs: unknown field "partition"; did you mean partitions\?$/,
    ],
    ['too few partitions', { topics: { logs: { partitions: 0 } } }, /^topics\.logs\.partitions: 0 is not from 1 to 8191$/],
    ['too many partitions', { topics: { logs: { partitions: 8_192 } } }, /^topics\.logs\.partitions: 8192 is not from 1 to 8191$/],
    ['half a partition', { topics: { logs: { partitions: 1.5 } } }, /^topics\.logs\.partitions: /],
    ['a topic name that is not legal', { topics: { 'a/b': {} } }, /^topics\.a\/b: topic name "a\/b" holds characters/],
    [
      'an unknown key of a topic',
      { topics: { logs: { config: { 'retention.msec': 1 } } } },
      /^topics\.logs\.config: .*did you mean retention\.ms\?$/,
    ],
    [
      'a role that is none',
      { users: { alice: { password: 'x', role: 'king' } } },
      /^users\.alice\.role: Invalid option: expected one of "system"/,
    ],
    ['a user that is none', { users: { alice: 5 } }, /^users\.alice: expected string or object, received number$/],
    ['a user name that is not legal', { users: { 'a:b': 'x' } }, /^users\.a:b: user name "a:b" holds a colon/],
    ['a password that is none', { users: { alice: '' } }, /^users\.alice: password is empty$/],
    [
      'a binding on two resources',
      { acls: [{ principal: 'User:a', operation: 'READ', topic: 'logs', group: 'g' }] },
      /^acls\[0\]: topic and group do not go together; it is about one resource$/,
    ],
    [
      'a binding whose resource has two names',
      { acls: [{ principal: 'User:a', operation: 'READ', topic: 'logs', resource_name: 'logs' }] },
      /^acls\[0\]: topic and resource_name do not go together/,
    ],
    [
      'a binding on no resource',
      { acls: [{ principal: 'User:a', operation: 'READ' }] },
      /^acls\[0\]: the resource is missing: topic, group or cluster$/,
    ],
    [
      'a cluster that is none',
      { acls: [{ principal: 'User:a', operation: 'ALTER', cluster: false }] },
      /^acls\[0\]\.cluster: expected true$/,
    ],
    ['an origin that is none', { corsOrigins: ['example'] }, /^corsOrigins\[0\]: it must be an origin/],
    ['a status that is none', { intakeSuccessStatus: 201 }, /^intakeSuccessStatus: Invalid option: expected one of 200\|202$/],
    ['a binding without a principal', { acls: [{ operation: 'READ', topic: 'logs' }] }, /^acls\[0\]: principal is missing$/],
    [
      'a misspelt operation',
      { acls: [{ principal: 'User:a', operation: 'RAED', topic: 'logs' }] },
      /^acls\[0\]: operation is "RAED"; did you mean READ\?/,
    ],
    [
      'an unknown field of a binding',
      { acls: [{ principal: 'User:a', operation: 'READ', topics: 'logs' }] },
      /^acls\[0\]: unknown field "topics"; did you mean topic\?$/,
    ],
    ['a super user that is no principal', { superUsers: ['alice'] }, /^superUsers\[0\]: it must be User:<name>$/],
    ['a clock that is none', { clock: 'sundial' }, /^clock: /],
    [
      'a time that is none',
      { clock: 'manual', now: 'yesterday' },
      /^now: "yesterday" is no time; it must be epoch milliseconds, ISO 8601 or a Date$/,
    ],
    ['a day that is none', { clock: 'manual', now: '2024-02-30T00:00:00Z' }, /^now: "2024-02-30T00:00:00Z" is no time/],
    ['a time that is no number', { clock: 'manual', now: NaN }, /^now: NaN is no time/],
    ['a time for the clock of the machine', { now: 0 }, /^now: it is where a manual clock begins/],
    ['a seed that is no whole number', { seed: 0.5 }, /^seed: /],
    ['a port that is none', { port: 65_536 }, /^port: /],
    ['a root topic that is none', { intakeRootTopic: '..' }, /^intakeRootTopic: it must be a topic name$/],
    ['a keeping that is none', { keepOnFailure: { foldr: 'x' } }, /^keepOnFailure: unknown field "foldr"; did you mean folder\?$/],
    ['a test that is none', { keepOnFailure: { test: {} } }, /^keepOnFailure\.test: expected the context/],
  ]
  for (const [name, options, message] of wrong) {
    it(name, async () => {
      await using directory = await temporaryDirectory()
      const dataDir = join(directory.path, 'data')
      await assert.rejects(Logbrook.create({ dataDir, ...(options as LogbrookOptions) }), (error) => {
        assert.ok(error instanceof KafkaError)
        assert.match(error.message, message)
        return true
      })
      assert.equal(existsSync(dataDir), false)
    })
  }

  it('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    await assert.rejects(Logbrook.create({ port }), {
      name: 'StartError',
      message: `cannot listen on 127.0.0.1, port ${port}: another program listens there`,
    })
    other.close()
  })

  it('one topic too many for a directory that has some', async () => {
    await using directory = await temporaryDirectory()
    const options = { dataDir: directory.path, topics: { many: { partitions: 8_000 } } }
    await (await Logbrook.create(options)).stop()
    await assert.rejects(Logbrook.create({ dataDir: directory.path, topics: { few: {}, more: { partitions: 200 } } }), /no room/)
    await using broker = await Logbrook.create({ dataDir: directory.path })
    assert.deepEqual(
      (await broker.anonymous.topics.list()).map(({ name }) => name),
      ['many'],
    )
  })
})
