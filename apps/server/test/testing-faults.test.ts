/** Faults on purpose: which requests they take, and what they do to them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ENDPOINT_NAMES } from '@logbrook/contract/endpoints'
import type { FaultMatch, FaultRule } from '@logbrook/contract/testing'
import { KafkaError } from '@logbrook/kafka/errors'
import { FAULTS_MAX } from '@logbrook/kafka/limits'
import { createFaults } from '../src/testing/faults.ts'
import { basic, OPERATOR } from './door.ts'
import { fetchBody, startTestedBroker } from './tested-broker.ts'
import type { TestedBroker } from './tested-broker.ts'

const UNAVAILABLE = { error: 'KAFKA_STORAGE_ERROR' } as const

/** What the log's reader and writers are told of partitions: `[error_code, values, high_watermark]`. */
function partitionsOf(body: string): readonly (readonly [number, number, number])[] {
  const { topics } = JSON.parse(body) as {
    topics: { partitions: { error_code: number; records: unknown[]; high_watermark: number }[] }[]
  }
  return topics.flatMap(({ partitions }) => partitions.map((each) => [each.error_code, each.records.length, each.high_watermark] as const))
}

describe('an error', () => {
  it('is answered in the dialect of the intake, and nothing is stored', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    broker.faults.add({ match: { endpoint: 'sendLogs' }, do: UNAVAILABLE })
    const { status, body } = await broker.sendLog('logs', 'a')
    const detail = 'a test asked for this: the log could not be read or written'
    assert.equal(status, 500)
    assert.deepEqual(JSON.parse(body), {
      code: 'KAFKA_STORAGE_ERROR',
      message: detail,
      errors: [{ status: '500', title: 'Internal Server Error', detail }],
    })
    assert.deepEqual(await broker.values('logs'), [])
  })

  it('becomes what the dialect of the intake can say', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    broker.faults.add({ match: { endpoint: 'sendLogsV1' }, do: { error: 'UNKNOWN_TOPIC_OR_PARTITION' } })
    const { status, body } = await broker.send('/dd/logs/v1/input', { method: 'POST', body: '[{}]' })
    assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [400, 'INVALID_TOPIC_EXCEPTION'])
  })

  it('is a problem of our own API', async () => {
    await using broker = await startTestedBroker()
    broker.faults.add({ match: { endpoint: 'createTopic', topic: 'logs' }, do: { error: 'POLICY_VIOLATION' } })
    const headers = { 'content-type': 'application/json' }
    const create = (name: string) => broker.send('/v1/kafka/topics', { method: 'POST', body: JSON.stringify({ name }), headers })
    const refused = await create('logs')
    assert.deepEqual([refused.status, refused.headers['content-type']], [403, 'application/problem+json'])
    assert.equal((await create('other')).status, 201)
    assert.equal((await broker.send('/v1/kafka/topics/logs')).status, 404)
  })

  it('is that of the whole fetch where the rule names no place', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    broker.faults.add({ match: { endpoint: 'fetch' }, do: UNAVAILABLE })
    const { status, body } = await broker.fetch('logs', 0)
    assert.equal(status, 500)
    assert.deepEqual(Object.keys(JSON.parse(body) as object), ['code', 'message'])
  })

  it('is that of the partitions of a fetch that the rule names, and their neighbours are answered', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs', 2)
    await broker.produce('logs', 0, 'a')
    await broker.produce('logs', 1, 'b')
    broker.faults.add({ match: { topic: 'logs', partition: 1 }, do: UNAVAILABLE })
    const asked = fetchBody([
      ['logs', 1],
      ['logs', 0],
      ['logs', 1],
    ])
    const { status, body } = await broker.send('/v1/kafka/fetch', { method: 'POST', body: asked })
    assert.equal(status, 200)
    assert.deepEqual(partitionsOf(body), [
      [56, 0, 1],
      [0, 1, 1],
      [56, 0, 1],
    ])
    assert.match(body, /"error":"KAFKA_STORAGE_ERROR"/)
  })

  it('keeps the watermarks from who is told that there is no such partition', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    broker.faults.add({ match: { topic: 'logs' }, do: { error: 'UNKNOWN_TOPIC_OR_PARTITION' } })
    assert.deepEqual(partitionsOf((await broker.fetch('logs', 0)).body), [[3, 0, -1]])
  })

  it('of a partition is answered to a long poll at once', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    broker.faults.add({ match: { topic: 'logs', partition: 0 }, do: { error: 'OFFSET_OUT_OF_RANGE' } })
    assert.deepEqual(partitionsOf((await broker.fetch('logs', 0, { long_poll: true })).body), [[1, 0, 0]])
  })

  it('without a number of Kafka is that of the whole fetch', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    broker.faults.add({ match: { topic: 'logs' }, do: { error: 'PAYLOAD_TOO_LARGE' } })
    assert.equal((await broker.fetch('logs', 0)).status, 413)
  })

  it('takes the place of any answer of an endpoint that asks nobody who is calling', async () => {
    await using broker = await startTestedBroker()
    broker.faults.add({ match: { endpoint: 'ready' }, do: { error: 'SHUTTING_DOWN' } })
    assert.equal((await broker.send('/readyz')).status, 503)
    assert.equal((await broker.send('/livez')).status, 200)
  })

  it('can be had for every endpoint', async () => {
    await using broker = await startTestedBroker()
    const faults = ENDPOINT_NAMES.map((endpoint) => broker.faults.add({ match: { endpoint }, do: UNAVAILABLE }))
    const { ENDPOINTS } = await import('@logbrook/contract/endpoints')
    for (const [i, { method, path }] of Object.values(ENDPOINTS).entries()) {
      const { status } = await broker.send(path.replaceAll(/\{\w+\}/g, '0'), { method })
      assert.deepEqual([status, faults[i]!.fired], [500, 1], path)
    }
  })
})

describe('a delay', () => {
  it('holds the answer back until the clock has come so far, and what was asked for is done', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    broker.faults.add({ match: { endpoint: 'sendLogs' }, do: { delay: '2s' } })
    const answer = broker.sendLog('logs', 'a')
    let isAnswered = false
    void answer.then(() => (isAnswered = true))
    while ((await broker.values('logs')).length === 0) await turn()
    broker.clock.advance(1_999)
    // An answer would have come by the end of another request.
    await broker.send('/livez')
    assert.equal(isAnswered, false)
    assert.deepEqual(outcomes(broker)[0], 'pending')
    broker.clock.advance(1)
    assert.equal((await answer).status, 200)
  })

  it('may be in real time', async () => {
    await using broker = await startTestedBroker()
    const fault = broker.faults.add({ do: { delay: 1, time: 'real' } })
    assert.equal((await broker.send('/livez')).status, 200)
    assert.equal(fault.fired, 1)
  })

  it('ends with the broker, and with its client', async () => {
    await using broker = await startTestedBroker()
    broker.faults.add({ do: { delay: '1h' } })
    const hangUp = new AbortController()
    const abandoned = broker.send('/livez', { signal: hangUp.signal })
    while (broker.journal.entries().length < 2) await turn()
    hangUp.abort()
    await abandoned
    while (outcomes(broker)[0] === 'pending') await turn()
    assert.deepEqual(outcomes(broker), ['abandoned'])

    const answer = broker.send('/livez')
    while (broker.journal.entries().length < 4) await turn()
    await broker.server.close()
    assert.equal((await answer).status, 200)
  })
})

describe('a dropped connection', () => {
  for (const [when, stored] of [
    ['before', []],
    ['after', ['{"message":"a"}']],
  ] as const) {
    it(`is cut ${when} the append`, async () => {
      await using broker = await startTestedBroker()
      await broker.createTopic('logs')
      broker.faults.add({ match: { endpoint: 'sendLogs', times: 1 }, do: { drop: when } })
      const { status, isCut } = await broker.sendLog('logs', 'a')
      assert.deepEqual([status, isCut], [null, true])
      assert.deepEqual(await broker.values('logs'), stored)
      assert.equal((await broker.sendLog('logs', 'b')).status, 200)
      assert.deepEqual(outcomes(broker), ['cut', 'answered'])
    })
  }

  it('is cut before the append also where the partition is the broker to choose', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    broker.faults.add({ match: { topic: 'logs', partition: 0 }, do: { drop: 'before' } })
    assert.equal((await broker.sendLog('logs', 'a')).isCut, true)
    assert.deepEqual(await broker.values('logs'), [])
  })
})

for (const keepGlobals of [false, true]) {
  describe(`a truncated answer, ${keepGlobals ? "sent by the platform's" : "sent by node-server's"} own Response`, () => {
    it('has its length declared as a whole, and ends before', async () => {
      await using broker = await startTestedBroker({ keepGlobals })
      await broker.createTopic('logs')
      await broker.produce('logs', 0, 'a')
      const whole = await broker.fetch('logs', 0)
      broker.faults.add({ match: { endpoint: 'fetch' }, do: { truncate: 10 } })
      const { status, headers, body, isCut } = await broker.fetch('logs', 0)
      assert.deepEqual([status, isCut, body], [200, true, whole.body.slice(0, 10)])
      assert.equal(headers['content-length'], String(whole.body.length))
      assert.deepEqual(outcomes(broker), ['answered', 'answered', 'cut'])
    })

    it('may be one of failure, and one of nothing', async () => {
      await using broker = await startTestedBroker({ keepGlobals })
      broker.faults.add({ do: { truncate: 0 } })
      const { status, headers, body, isCut } = await broker.send('/v1/kafka/topics/logs')
      assert.deepEqual([status, body, isCut], [404, '', true])
      assert.ok(Number(headers['content-length']) > 0)
    })

    it('comes whole when it is no longer than that', async () => {
      await using broker = await startTestedBroker({ keepGlobals })
      broker.faults.add({ match: { endpoint: 'live' }, do: { truncate: 15 } })
      const { body, isCut } = await broker.send('/livez')
      assert.deepEqual([body, isCut], ['{"status":"ok"}', false])
      assert.deepEqual(outcomes(broker), ['answered'])
    })

    it('may be a tail', async () => {
      await using broker = await startTestedBroker({ keepGlobals })
      await broker.createTopic('logs')
      await broker.produce('logs', 0, 'a long value that goes on for a while')
      broker.faults.add({ match: { endpoint: 'tail', partition: 0 }, do: { truncate: 40 } })
      const { status, body, isCut } = await broker.send('/v1/kafka/topics/logs/tail?from=earliest')
      assert.deepEqual([status, body.length, isCut], [200, 40, true])
      assert.deepEqual(outcomes(broker), ['answered', 'cut'])
    })
  })
}

describe('a duplicate', () => {
  it('is appended twice, and the answer is that of the second time', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    broker.faults.add({ match: { topic: 'logs', nth: 2 }, do: { duplicate: true } })
    const offsets: unknown[] = []
    for (const message of ['a', 'b', 'c']) offsets.push((await broker.sendLog('logs', message)).headers['x-logbrook-base-offset'])
    assert.deepEqual(offsets, ['0', '2', '3'])
    assert.deepEqual(
      (await broker.values('logs')).map((value) => (JSON.parse(value) as { message: string }).message),
      ['a', 'b', 'b', 'c'],
    )
  })

  it('is not of what appends nothing', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    const fault = broker.faults.add({ do: { duplicate: true } })
    await broker.send('/v1/kafka/topics/logs')
    await broker.send('/dd/logs/api/v2/logs', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
    assert.deepEqual([fault.matched, fault.fired], [0, 0])
    await broker.produce('logs', 0, 'a')
    assert.deepEqual([fault.matched, fault.fired], [1, 1])
  })
})

describe('which requests a rule takes', () => {
  const cases: readonly (readonly [name: string, match: FaultMatch, taken: readonly string[]])[] = [
    ['all', {}, ['sendLogs', 'produce', 'fetch', 'fetchSingleRecord', 'fetchRecord', 'describeTopic']],
    ['those of an endpoint', { endpoint: 'produce' }, ['produce']],
    ['those about a topic', { topic: 'logs' }, ['sendLogs', 'produce', 'fetch', 'fetchSingleRecord', 'fetchRecord', 'describeTopic']],
    ['none about another', { topic: 'other' }, []],
    ['those about a partition', { partition: 1 }, ['produce', 'fetch', 'fetchSingleRecord', 'fetchRecord']],
    ['also one that the broker chose', { topic: 'logs', partition: 0 }, ['sendLogs']],
    ['those of a principal', { principal: 'User:alice' }, ['fetchRecord', 'describeTopic']],
    ['those of nobody', { principal: 'User:ANONYMOUS', endpoint: 'fetch' }, ['fetch']],
    ['the nth alone', { topic: 'logs', nth: 3 }, ['fetch']],
    ['the first few', { topic: 'logs', times: 2 }, ['sendLogs', 'produce']],
    ['a few from the nth on', { topic: 'logs', nth: 2, times: 3 }, ['produce', 'fetch', 'fetchSingleRecord']],
  ]
  for (const [name, match, expected] of cases) {
    it(name, async () => {
      await using broker = await startTestedBroker({ authentication: 'optional' })
      await broker.createTopic('logs', 2)
      await broker.server.broker.users.create(OPERATOR, { name: 'alice', password: 'wonderland', role: 'user' })
      const fault = broker.faults.add({ match, do: { error: 'REQUEST_TIMED_OUT' } })
      assert.deepEqual(await tryAll(broker), expected)
      assert.equal(fault.fired, expected.length)
    })
  }

  it('those whose path has no prefix, too', async () => {
    await using broker = await startTestedBroker({ intake: { successStatus: 200, rootTopic: 'logs', bareObject: false } })
    await broker.createTopic('logs')
    broker.faults.add({ match: { endpoint: 'sendLogs', topic: 'logs', partition: 0 }, do: { duplicate: true } })
    const { status } = await broker.send('/api/v2/logs', { method: 'POST', body: '[{}]', headers: { 'content-type': 'application/json' } })
    assert.equal(status, 200)
    assert.deepEqual(await broker.values('logs'), ['{}', '{}'])
  })

  it('the first that was added and is due takes a request, whatever they have to know of it', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    const late = broker.faults.add({ match: { partition: 0, times: 1 }, do: { duplicate: true } })
    const early = broker.faults.add({ match: { endpoint: 'sendLogs' }, do: UNAVAILABLE })
    assert.equal((await broker.sendLog('logs', 'a')).status, 200)
    assert.deepEqual([late.fired, early.matched], [1, 0])
    assert.equal((await broker.sendLog('logs', 'b')).status, 500)
    assert.deepEqual([late.matched, late.fired, early.matched, early.fired], [2, 1, 1, 1])
    assert.equal((await broker.values('logs')).length, 2)
  })

  it('one that waits to know more keeps no later one from striking before anything is done', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    broker.faults.add({ match: { partition: 0 }, do: { delay: 1 } })
    broker.faults.add({ do: { duplicate: true } })
    broker.faults.add({ match: { endpoint: 'deleteTopic' }, do: UNAVAILABLE })
    assert.equal((await broker.send('/v1/kafka/topics/logs', { method: 'DELETE' })).status, 500)
    assert.equal((await broker.send('/v1/kafka/topics/logs')).status, 200)
  })

  it('none that was removed, and none that came before', async () => {
    await using broker = await startTestedBroker()
    const first = broker.faults.add({ match: { nth: 1 }, do: UNAVAILABLE })
    const second = broker.faults.add({ do: UNAVAILABLE })
    assert.deepEqual(broker.faults.list(), [first, second])
    first.remove()
    first.remove()
    assert.deepEqual(broker.faults.list(), [second])
    broker.faults.clear()
    assert.equal((await broker.send('/livez')).status, 200)
    assert.deepEqual(broker.faults.list(), [])
    assert.equal(second.matched, 0)
  })
})

describe('a rule that is not right', () => {
  const refusals: readonly (readonly [rule: unknown, sentence: string])[] = [
    [{}, 'do: expected object, received undefined'],
    [{ do: {} }, 'do: a fault does one of error, delay, drop, truncate, duplicate; there is none'],
    [{ do: { drop: 'after', delay: 1 } }, 'do: a fault does one of error, delay, drop, truncate, duplicate; these are 2: delay, drop'],
    [{ do: { eror: true } }, 'do: unknown field "eror"; did you mean error?'],
    [{ when: {}, do: UNAVAILABLE }, 'unknown field "when"; there are match and do'],
    [{ do: { error: 'STORAGE_ERROR' } }, 'do.error: "STORAGE_ERROR" is not an error; did you mean KAFKA_STORAGE_ERROR?'],
    [{ do: { error: 'NONE' } }, 'do.error: "NONE" is not an error'],
    [{ do: { error: 56 } }, 'do.error: expected the name of an error'],
    [{ do: { delay: '2 s' } }, 'do.delay: "2 s" is no duration; it must be milliseconds, or a number with ms, s, m, h or d behind it'],
    [{ do: { delay: true } }, 'do.delay: true is no duration; it must be milliseconds, or a number with ms, s, m, h or d behind it'],
    [{ do: { drop: 'after', time: 'real' } }, 'do.time: it is of a delay, and there is none'],
    [{ do: { drop: 'now' } }, 'do.drop: Invalid option: expected one of "before"|"after"'],
    [{ do: { truncate: -1 } }, 'do.truncate: Too small: expected number to be >=0'],
    [{ do: { duplicate: false } }, 'do.duplicate: expected true'],
    [{ match: { endpoint: 'sendLog' }, do: UNAVAILABLE }, 'match.endpoint: "sendLog" is not an endpoint; did you mean sendLogs?'],
    [{ match: { endpoint: 'listUsers', topic: 'logs' }, do: UNAVAILABLE }, 'match.topic: requests of listUsers are about no topic'],
    [
      { match: { endpoint: 'createTopic', partition: 0 }, do: UNAVAILABLE },
      'match.partition: requests of createTopic are about no partition',
    ],
    [
      { match: { endpoint: 'fetch' }, do: { duplicate: true } },
      'match.endpoint: fetch appends nothing that could be duplicated; these do: sendLogs, sendLogsV1, produce',
    ],
    [{ match: { topic: 'a b' }, do: UNAVAILABLE }, 'match.topic: topic name "a b"'],
    [{ match: { partition: 1.5 }, do: UNAVAILABLE }, 'match.partition: expected int, received number'],
    [{ match: { principal: 'alice' }, do: UNAVAILABLE }, 'match.principal: a principal is User:name'],
    [{ match: { nth: 0 }, do: UNAVAILABLE }, 'match.nth: Too small: expected number to be >=1'],
    [{ match: { times: '2' }, do: UNAVAILABLE }, 'match.times: expected number, received string'],
  ]
  for (const [rule, sentence] of refusals) {
    it(`is told "${sentence}"`, () => {
      const faults = createFaults()
      assert.throws(
        () => faults.add(rule as FaultRule),
        (error) => error instanceof KafkaError && error.error === 'INVALID_REQUEST' && error.message.startsWith(sentence),
      )
      assert.deepEqual(faults.list(), [])
    })
  }

  it('may be one too many', () => {
    const faults = createFaults()
    for (let i = 0; i < FAULTS_MAX; i++) faults.add({ do: UNAVAILABLE })
    assert.throws(() => faults.add({ do: UNAVAILABLE }), new KafkaError('POLICY_VIOLATION', 'there are 1000 faults; the limit is 1000'))
    faults.list()[0]!.remove()
    faults.add({ do: UNAVAILABLE })
  })
})

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

function outcomes({ journal }: TestedBroker): readonly string[] {
  return journal.entries().flatMap((entry) => (entry.kind === 'request' ? [entry.outcome] : []))
}

/** The endpoints of the requests that a fault was done to. */
function taken({ journal }: TestedBroker): readonly (string | null)[] {
  const entries = journal.entries()
  return entries.flatMap((entry) => {
    if (entry.kind !== 'fault') return []
    const request = entries.find(({ sequence }) => sequence === entry.request)
    return request?.kind === 'request' ? [request.endpoint] : []
  })
}

/** A request of each kind, all of them about `logs`. */
async function tryAll(broker: TestedBroker): Promise<readonly (string | null)[]> {
  await broker.sendLog('logs', 'a')
  await broker.produce('logs', 1, 'b')
  await broker.fetch('logs', 1)
  await broker.send('/v1/kafka/fetch_single_record?topic=logs&partition=1&offset=0')
  await broker.send('/v1/kafka/topics/logs/partitions/1/records/0', { headers: basic('alice', 'wonderland') })
  await broker.send('/v1/kafka/topics/logs', { headers: basic('alice', 'wonderland') })
  return taken(broker)
}
