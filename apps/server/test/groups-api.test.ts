import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createClient } from '@logbrook/client/client'
import type { Client } from '@logbrook/client/client'
import { LogbrookError } from '@logbrook/client/error'
import { refusalOf, START_MS, startGuardedServer, startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'

/** Topic `logs` with three records in the first of two partitions. */
async function startWithLogs(): Promise<TestServer & { readonly client: Client }> {
  const api = await startTestServer()
  const client = createClient({ url: api.url })
  await client.topics.create({ name: 'logs', partitions: 2 })
  await client.produceLines('logs', '0\n1\n2\n', { partition: 0 })
  return { ...api, client }
}

function isRefused(status: number, code: string, message: RegExp | string) {
  return (error: unknown): true => {
    assert.ok(error instanceof LogbrookError, String(error))
    assert.deepEqual([error.status, error.code], [status, code])
    if (typeof message === 'string') assert.equal(error.message, message)
    else assert.match(error.message, message)
    return true
  }
}

describe('groups', () => {
  it('are committed, described, listed and deleted', async () => {
    await using api = await startWithLogs()
    const { groups } = api.client
    await groups.commit('a/b c', [
      { topic: 'logs', partition: 1, offset: 0 },
      { topic: 'logs', partition: 0, offset: 1 },
    ])
    await groups.commit('b', [{ topic: 'logs', partition: 0, offset: 3 }])
    const common = { topic: 'logs', claims: [], skipped_records: 0, log_start_offset: 0, committed_at: START_MS }
    assert.deepEqual(await groups.describe('a/b c'), {
      group_id: 'a/b c',
      partitions: [
        { ...common, partition: 0, committed_offset: 1, high_watermark: 3, lag: 2 },
        { ...common, partition: 1, committed_offset: 0, high_watermark: 0, lag: 0 },
      ],
    })
    assert.deepEqual(await groups.list(), [
      { group_id: 'a/b c', partition_count: 2, lag: 2 },
      { group_id: 'b', partition_count: 1, lag: 0 },
    ])
    await groups.delete('a/b c')
    await assert.rejects(groups.delete('a/b c'), isRefused(404, 'GROUP_ID_NOT_FOUND', 'there is no group "a/b c"'))
    await assert.rejects(groups.describe('a/b c'), isRefused(404, 'GROUP_ID_NOT_FOUND', 'there is no group "a/b c"'))
    assert.deepEqual((await groups.list()).length, 1)
  })

  it('are reset to an end, an offset or a time', async () => {
    await using api = await startWithLogs()
    const { groups } = api.client
    api.clock.advance(1_000)
    await api.client.produceLines('logs', '3\n', { partition: 0 })
    const reset = async (target: object) => await groups.reset('g', { topic: 'logs', partition: 0, ...target })
    const at = { topic: 'logs', partition: 0 }
    assert.deepEqual(await reset({ to: 'latest' }), [{ ...at, offset: 4, previous_offset: null }])
    assert.deepEqual(await reset({ to: 'earliest' }), [{ ...at, offset: 0, previous_offset: 4 }])
    assert.deepEqual(await reset({ offset: 2 }), [{ ...at, offset: 2, previous_offset: 0 }])
    assert.deepEqual(await reset({ offset: 9 }), [{ ...at, offset: 4, previous_offset: 2 }])
    assert.deepEqual(await reset({ timestamp: START_MS + 1 }), [{ ...at, offset: 3, previous_offset: 4 }])
    assert.equal((await groups.reset('g', { topic: 'logs', to: 'latest' })).length, 2)
  })

  it('refuse what is wrong, and change nothing', async () => {
    await using api = await startWithLogs()
    const { groups } = api.client
    const at = { topic: 'logs', partition: 0, offset: 1 }
    await assert.rejects(groups.commit('g', []), isRefused(400, 'INVALID_REQUEST', /^offsets: /))
    await assert.rejects(groups.commit('g', [at, { ...at, partition: 2 }]), isRefused(404, 'UNKNOWN_TOPIC_OR_PARTITION', /no partition 2/))
    await assert.rejects(groups.commit('g', [{ ...at, topic: 'nope' }]), isRefused(404, 'UNKNOWN_TOPIC_OR_PARTITION', /nope/))
    await assert.rejects(groups.commit('g', [{ ...at, offset: -1 }]), isRefused(400, 'INVALID_REQUEST', /^offsets\[0\].offset/))
    await assert.rejects(groups.commit('g'.repeat(256), [at]), isRefused(400, 'INVALID_GROUP_ID', /256 characters; the limit is 255/))
    const one = 'exactly one of to, offset and timestamp is required'
    await assert.rejects(groups.reset('g', { topic: 'logs' }), isRefused(400, 'INVALID_REQUEST', one))
    await assert.rejects(groups.reset('g', { topic: 'logs', to: 'latest', offset: 1 }), isRefused(400, 'INVALID_REQUEST', one))
    const unknown = await api.ask('/v1/kafka/groups/g/reset', { method: 'POST', json: { topic: 'logs', too: 'latest' } })
    assert.deepEqual(refusalOf(unknown).slice(0, 2), [400, 'INVALID_REQUEST'])
    assert.match(String(refusalOf(unknown)[2]), /did you mean to\?/)
    assert.deepEqual(await groups.list(), [])
  })

  it('ask for READ on the group', async () => {
    await using api = await startGuardedServer()
    for (const [path, method] of [
      ['/v1/kafka/groups/g', 'GET'],
      ['/v1/kafka/groups/g', 'DELETE'],
    ] as const) {
      const anonymous = await api.ask(path, { method })
      assert.equal(anonymous.status, 401)
    }
    await api.ask('/v1/kafka/users', { method: 'POST', json: { name: 'eve', password: 'secret' }, as: 'admin:secret' })
    const denied = await api.ask('/v1/kafka/groups/g', { as: 'eve:secret' })
    assert.deepEqual(refusalOf(denied), [403, 'GROUP_AUTHORIZATION_FAILED', 'User:eve may not READ group g'])
    const { status, body } = await api.ask('/v1/kafka/groups', { as: 'eve:secret' })
    assert.deepEqual([status, body], [200, { groups: [] }])
  })
})
