/** The journal: what was asked, by whom, how it ended, and which faults fired, in order. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { JOURNAL_ENTRIES_MAX } from '@logbrook/kafka/limits'
import { createJournal } from '../src/testing/journal.ts'
import type { JournaledRequest } from '../src/testing/journal.ts'
import { basic, OPERATOR } from './door.ts'
import { START_MS } from './own-api-server.ts'
import { fetchBody, startTestedBroker } from './tested-broker.ts'
import type { TestedBroker } from './tested-broker.ts'

function requests({ journal }: TestedBroker): readonly JournaledRequest[] {
  return journal.entries().filter((entry) => entry.kind === 'request')
}

async function onlyRequest(broker: TestedBroker): Promise<JournaledRequest> {
  const [request, ...others] = requests(broker)
  assert.deepEqual(others, [])
  return request!
}

/** What the journal is told of a request that it knows nothing of. */
const NOTE: Omit<JournaledRequest, 'kind' | 'sequence'> = {
  timestampMs: START_MS,
  method: 'GET',
  path: '/',
  endpoint: null,
  principal: null,
  topic: null,
  partition: null,
  outcome: 'answered',
  status: 200,
  error: null,
  recordCount: 0,
  partitions: [],
}
const FIRST: JournaledRequest = { kind: 'request', sequence: 1, ...NOTE }

describe('a request', () => {
  it('that appends says where to', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs', 2)
    broker.clock.advance(5_000)
    const body = '[{"a":1},{"b":2}]'
    await broker.send('/dd/logs/api/v2/logs?ddsource=x', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    assert.deepEqual(await onlyRequest(broker), {
      ...FIRST,
      timestampMs: START_MS + 5_000,
      method: 'POST',
      path: '/dd/logs/api/v2/logs?ddsource=x',
      endpoint: 'sendLogs',
      principal: 'User:ANONYMOUS',
      topic: 'logs',
      partition: 0,
      recordCount: 2,
      partitions: [{ topic: 'logs', partition: 0, error: null, fromOffset: 0, endOffset: 2 }],
    })
  })

  it('that fetches says what it got, entry by entry', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs', 2)
    await broker.createTopic('other')
    for (const value of ['a', 'b', 'c']) await broker.produce('logs', 1, value)
    broker.journal.clear()
    const body = fetchBody([
      ['logs', 1, 1],
      ['other', 0],
      ['logs', 7],
    ])
    await broker.send('/v1/kafka/fetch', { method: 'POST', body })
    const { topic, partition, recordCount, partitions } = await onlyRequest(broker)
    assert.deepEqual([topic, partition, recordCount], [null, null, 2])
    assert.deepEqual(partitions, [
      { topic: 'logs', partition: 1, error: null, fromOffset: 1, endOffset: 3 },
      { topic: 'other', partition: 0, error: null, fromOffset: 0, endOffset: 0 },
      { topic: 'logs', partition: 7, error: 'UNKNOWN_TOPIC_OR_PARTITION', fromOffset: 0, endOffset: 0 },
    ])
  })

  it('for one record says which', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    await broker.produce('logs', 0, 'a')
    broker.journal.clear()
    await broker.send('/v1/kafka/fetch_single_record?topic=logs&partition=0&offset=0')
    const { endpoint, topic, partition, partitions } = await onlyRequest(broker)
    assert.deepEqual([endpoint, topic, partition], ['fetchSingleRecord', 'logs', 0])
    assert.deepEqual(partitions, [{ topic: 'logs', partition: 0, error: null, fromOffset: 0, endOffset: 1 }])
  })

  it('says who asked', async () => {
    await using broker = await startTestedBroker({ authentication: 'required' })
    await broker.server.broker.users.create(OPERATOR, { name: 'alice', password: 'wonderland', role: 'user' })
    await broker.send('/v1/kafka/topics', { headers: basic('alice', 'wonderland') })
    await broker.send('/v1/kafka/topics', { headers: basic('alice', 'wrong') })
    assert.deepEqual(
      requests(broker).map(({ principal, status, error }) => [principal, status, error]),
      [
        ['User:alice', 200, null],
        [null, 401, 'SASL_AUTHENTICATION_FAILED'],
      ],
    )
  })

  it('that no endpoint takes is there as well', async () => {
    await using broker = await startTestedBroker()
    await broker.send('/nowhere')
    assert.deepEqual(await onlyRequest(broker), { ...FIRST, path: '/nowhere', status: 404, error: 'RESOURCE_NOT_FOUND' })
  })

  it('from a page that may not write, or for another host, is there as well', async () => {
    await using broker = await startTestedBroker()
    await broker.send('/v1/kafka/topics', { method: 'POST', headers: { origin: 'https://evil.test' } })
    await broker.send('/v1/kafka/topics', { headers: { host: 'evil.test' } })
    assert.deepEqual(
      requests(broker).map(({ endpoint, status }) => [endpoint, status]),
      [
        ['createTopic', 403],
        ['listTopics', 421],
      ],
    )
  })

  it('keeps what the sender saw: a refusal is answered and noted as it was written', async () => {
    await using broker = await startTestedBroker()
    const { status, headers, body } = await broker.send('/v1/kafka/topics', { method: 'PUT' })
    assert.deepEqual([status, headers['allow'], headers['content-type']], [405, 'GET, POST', 'application/problem+json'])
    assert.equal((JSON.parse(body) as { code: string }).code, 'METHOD_NOT_ALLOWED')
    assert.equal((await onlyRequest(broker)).error, 'METHOD_NOT_ALLOWED')
  })

  it('is there while it waits, and knows when its client has left', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    const hangUp = new AbortController()
    const polled = broker.send('/v1/kafka/fetch', {
      method: 'POST',
      body: fetchBody([['logs', 0]], { long_poll: true }),
      signal: hangUp.signal,
    })
    while (broker.server.storage.waiting() === 0) await turn()
    const { outcome, topic, partition, status } = await onlyRequest(broker)
    assert.deepEqual([outcome, topic, partition, status], ['pending', 'logs', 0, null])
    hangUp.abort()
    await polled
    while ((await onlyRequest(broker)).outcome === 'pending') await turn()
    assert.equal((await onlyRequest(broker)).outcome, 'abandoned')
  })

  it('from within the process is not there', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    await broker.values('logs')
    assert.deepEqual(broker.journal.entries(), [])
  })
})

describe('the journal', () => {
  it('has requests as they came, and each fault after its request', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    const late = broker.faults.add({ match: { endpoint: 'live' }, do: { delay: '1s' } })
    const error = broker.faults.add({ match: { endpoint: 'sendLogs' }, do: { error: 'KAFKA_STORAGE_ERROR' } })
    const held = broker.send('/livez')
    while (broker.journal.entries().length < 2) await turn()
    await broker.sendLog('logs', 'a')
    broker.clock.advance(1_000)
    await held
    const told = broker.journal
      .entries()
      .map((entry) =>
        entry.kind === 'request'
          ? [entry.sequence, entry.endpoint, entry.outcome, entry.status]
          : [entry.sequence, entry.request, entry.fault, entry.do],
      )
    assert.deepEqual(told, [
      [1, 'live', 'answered', 200],
      [2, 1, late.id, { delay: '1s' }],
      [3, 'sendLogs', 'answered', 500],
      [4, 3, error.id, { error: 'KAFKA_STORAGE_ERROR' }],
    ])
  })

  it('begins anew when it is cleared, without what is still under way', async () => {
    await using broker = await startTestedBroker()
    broker.faults.add({ match: { endpoint: 'live' }, do: { delay: '1s' } })
    const held = broker.send('/livez')
    while (broker.journal.entries().length < 2) await turn()
    broker.journal.clear()
    assert.deepEqual(broker.journal.entries(), [])
    await broker.send('/readyz')
    broker.clock.advance(1_000)
    await held
    assert.deepEqual(
      broker.journal.entries().map(({ kind, sequence }) => [kind, sequence]),
      [['request', 1]],
    )
  })

  it('holds so many entries, and says how many had to make room', () => {
    const journal = createJournal()
    const begin = () => journal.begin(NOTE)
    for (let i = 0; i < JOURNAL_ENTRIES_MAX; i++) begin()
    assert.deepEqual([journal.entries().length, journal.dropped], [JOURNAL_ENTRIES_MAX, 0])
    begin()
    assert.deepEqual([journal.entries().length, journal.dropped, journal.entries()[0]?.sequence], [JOURNAL_ENTRIES_MAX, 1, 2])
    assert.equal(journal.toNdjson().split('\n')[0], '{"kind":"dropped","entries":1}')
    journal.clear()
    assert.deepEqual([journal.entries(), journal.dropped, journal.toNdjson()], [[], 0, ''])
  })

  it('hands out entries that do not change any more', () => {
    const journal = createJournal()
    const request = journal.begin({ ...NOTE, outcome: 'pending' })
    const [before] = journal.entries()
    request.update({ outcome: 'answered' })
    assert.equal(before?.kind === 'request' && before.outcome, 'pending')
  })

  it('is written a line an entry, in the words of the HTTP API', async () => {
    await using broker = await startTestedBroker()
    await broker.createTopic('logs')
    broker.faults.add({ match: { topic: 'logs' }, do: { drop: 'after' } })
    await broker.produce('logs', 0, 'a')
    const lines = broker.journal.toNdjson().split('\n')
    assert.deepEqual(
      lines.map((line) => (line === '' ? null : (JSON.parse(line) as unknown))),
      [
        {
          kind: 'request',
          sequence: 1,
          method: 'POST',
          path: '/v1/kafka/topics/logs/records?partition=0',
          endpoint: 'produce',
          principal: 'User:ANONYMOUS',
          topic: 'logs',
          partition: 0,
          outcome: 'cut',
          status: null,
          error: null,
          timestamp: START_MS,
          record_count: 1,
          partitions: [{ topic: 'logs', partition: 0, error: null, from_offset: 0, end_offset: 1 }],
        },
        { kind: 'fault', sequence: 2, request: 1, fault: 1, do: { drop: 'after' }, timestamp: START_MS },
        null,
      ],
    )
  })
})

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
