import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createManualClock } from '@logbrook/kafka/clock'
import { KafkaError } from '@logbrook/kafka/errors'
import { TOPIC_NAME_LENGTH_MAX } from '@logbrook/kafka/limits'
import { assertRefused, base64, basic, openDoor, OPERATOR } from './door.ts'
import type { TestDoor } from './door.ts'

const T0 = 1_700_000_000_000

async function doorWithLogs(): Promise<TestDoor> {
  const door = await openDoor({ clock: createManualClock(T0) })
  await door.createTopic('logs')
  assert.equal((await door.post('/dd/logs/api/v2/logs', '[{"n":0}, {"n":1}]')).status, 200)
  return door
}

/** Both URLs of a record; parameters go out as they are. */
function urlsOf(topic: string, partition: string, offset: string): readonly [string, string] {
  return [
    `/v1/kafka/fetch_single_record?topic=${topic}&partition=${partition}&offset=${offset}`,
    `/v1/kafka/topics/${topic}/partitions/${partition}/records/${offset}`,
  ]
}

test('both URLs answer the same bytes', async () => {
  await using door = await doorWithLogs()
  for (const url of urlsOf('logs', '0', '1')) {
    const answer = await door.ask(url)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.equal(answer.body, `{"offset":1,"timestamp":${T0},"key":null,"value":"${base64('{"n":1}')}","headers":[]}`)
    const head = await door.ask(url, { method: 'HEAD' })
    assert.deepEqual([head.status, head.body], [200, ''])
  }
  for (const url of urlsOf('%6cogs', '%30', '01')) assert.equal((await door.ask(url)).status, 200, url)
})

test('an offset without a record is not found, up to 2^63 − 1', async () => {
  await using door = await doorWithLogs()
  await door.server.broker.topics.trim(OPERATOR, { topic: 'logs', partition: 0 }, 1)
  for (const offset of ['0', '2', '1099511627776', '9007199254740992', '9007199254740993', '9223372036854775807']) {
    for (const url of urlsOf('logs', '0', offset)) {
      const message = /^no record at topic logs, partition 0, offset (\d+|2\^53 or above); the partition holds \[1, 2\)$/
      assertRefused(await door.ask(url), { status: 404, code: 'OFFSET_OUT_OF_RANGE', message })
    }
  }
})

test('a topic or a partition that does not exist is not found', async () => {
  await using door = await doorWithLogs()
  for (const url of urlsOf('missing', '0', '0')) {
    assertRefused(await door.ask(url), { status: 404, code: 'UNKNOWN_TOPIC_OR_PARTITION', message: 'there is no topic "missing"' })
  }
  for (const partition of ['1', '2147483647']) {
    const message = `topic logs has no partition ${partition}; it has 1`
    for (const url of urlsOf('logs', partition, '0')) {
      assertRefused(await door.ask(url), { status: 404, code: 'UNKNOWN_TOPIC_OR_PARTITION', message })
    }
  }
})

test('what is no whole number in range is refused', async () => {
  await using door = await doorWithLogs()
  const wrong = ['-1', '-0', '1.5', '1e0', '%2b1', 'x', '0x1', '%201', '1%20', '%d9%a1', '1%00', '9223372036854775808', '9'.repeat(400)]
  for (const offset of wrong) {
    for (const url of urlsOf('logs', '0', offset)) {
      const message = /^offset is ".*"; it must be a whole number from 0 to 9223372036854775807$/
      assertRefused(await door.ask(url), { status: 400, code: 'INVALID_REQUEST', message })
    }
  }
  for (const partition of [...wrong, '2147483648']) {
    for (const url of urlsOf('logs', partition, '0')) {
      const message = /^partition is ".*"; it must be a whole number from 0 to 2147483647$/
      assertRefused(await door.ask(url), { status: 400, code: 'INVALID_REQUEST', message })
    }
  }
})

test('a parameter is given once', async () => {
  await using door = await doorWithLogs()
  const base = '/v1/kafka/fetch_single_record'
  const cases: readonly (readonly [string, string])[] = [
    ['', 'topic is missing'],
    ['?', 'topic is missing'],
    ['?topic=logs', 'partition is missing'],
    ['?topic=logs&partition=0', 'offset is missing'],
    ['?topic=logs&partition=0&offset=', 'offset is ""; it must be a whole number from 0 to 9223372036854775807'],
    ['?topic=&partition=0&offset=0', 'topic name is empty'],
    ['?topic=logs&partition=0&offset=0&offset=0', 'offset is given 2 times; it must be given once'],
    ['?topic=logs&topic=logs&partition=0&offset=0', 'topic is given 2 times; it must be given once'],
  ]
  for (const [query, message] of cases) {
    assertRefused(await door.ask(`${base}${query}`), { status: 400, code: 'INVALID_REQUEST', message })
  }
  assert.equal((await door.ask(`${base}?x=1&offset=0&partition=0&topic=logs`)).status, 200)
})

test('what is no topic name is refused, by every spelling', async () => {
  await using door = await doorWithLogs()
  const long = 't'.repeat(TOPIC_NAME_LENGTH_MAX)
  for (const url of urlsOf(long, '0', '0')) assert.equal((await door.ask(url)).status, 404)
  for (const topic of [`${long}t`, '.', '..', '%2e', '%2e%2e', 'a%2Fb', 'a%00', '%c3%a9', '%ff', 'a%20b']) {
    for (const url of urlsOf(topic, '0', '0')) {
      assertRefused(await door.ask(url), { status: 400, code: 'INVALID_REQUEST', message: /^topic name/ })
    }
  }
})

test('who may not read is told so before the topic is looked for', async () => {
  await using door = await openDoor({ acls: true, authentication: 'required' })
  await door.createTopic('logs')
  await door.server.broker.users.create(OPERATOR, { name: 'eve', password: 'pw', role: 'user' })
  for (const topic of ['logs', 'missing']) {
    for (const url of urlsOf(topic, '0', '0')) {
      assertRefused(await door.ask(url, { headers: basic('eve', 'pw') }), {
        status: 403,
        code: 'TOPIC_AUTHORIZATION_FAILED',
        message: /User:eve/,
      })
      const unknown = await door.ask(url)
      assertRefused(unknown, { status: 401, code: 'SASL_AUTHENTICATION_FAILED', message: /./ })
      assert.equal(unknown.headers['www-authenticate'], 'Basic realm="logbrook", charset="UTF-8"')
    }
  }
})

test('a record that cannot be read is a storage error', async (t: TestContext) => {
  await using door = await doorWithLogs()
  const broken = t.mock.method(door.server.storage.log, 'read', () => Promise.reject(new KafkaError('CORRUPT_MESSAGE', 'it is damaged')))
  for (const url of urlsOf('logs', '0', '0')) {
    assertRefused(await door.ask(url), { status: 500, code: 'KAFKA_STORAGE_ERROR', message: 'it is damaged' })
  }
  broken.mock.restore()
  for (const url of urlsOf('logs', '0', '0')) assert.equal((await door.ask(url)).status, 200)
})

test('only GET is taken', async () => {
  await using door = await doorWithLogs()
  for (const url of urlsOf('logs', '0', '0')) {
    const answer = await door.ask(url, { method: 'POST', body: '{}' })
    assertRefused(answer, { status: 405, code: 'METHOD_NOT_ALLOWED', message: /it takes GET$/ })
    assert.equal(answer.headers.allow, 'GET')
  }
})
