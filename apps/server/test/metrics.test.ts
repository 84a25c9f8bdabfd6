import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startTestServer } from './own-api-server.ts'

describe('/metrics', () => {
  it("counts what went in and out, in Prometheus's text format", async () => {
    await using api = await startTestServer()
    await api.ask('/v1/kafka/topics', { method: 'POST', json: { name: 'counted', partitions: 2 } })
    await api.ask('/v1/kafka/topics/counted/records?partition=1', {
      method: 'POST',
      body: 'one\nthree',
      headers: { 'content-type': 'application/x-ndjson' },
    })
    await api.ask('/v1/kafka/topics/counted/partitions/1/records/1')
    await api.ask('/v1/kafka/topics/counted/partitions/1/records?before_offset=1', { method: 'DELETE' })
    await api.ask('/v1/kafka/topics/missing')
    const { status, headers, body } = await api.ask('/metrics')
    assert.equal(status, 200)
    assert.match(headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    const lines = new Set(String(body).split('\n'))
    for (const line of [
      'logbrook_produced_records_total{topic="counted"} 2',
      'logbrook_produced_bytes_total{topic="counted"} 8',
      'logbrook_fetched_records_total{topic="counted"} 1',
      'logbrook_fetched_bytes_total{topic="counted"} 5',
      'logbrook_high_watermark{topic="counted",partition="1"} 2',
      'logbrook_log_start_offset{topic="counted",partition="1"} 1',
      'logbrook_high_watermark{topic="counted",partition="0"} 0',
      'logbrook_http_requests_total{route="/v1/kafka/topics/:topic",status="404"} 1',
      'logbrook_http_requests_total{route="/v1/kafka/topics/:topic/records",status="200"} 1',
      'logbrook_long_polls_waiting 0',
      'logbrook_tails_open 0',
    ]) {
      assert.ok(lines.has(line), `${line}\nis not in\n${String(body)}`)
    }
    for (const name of [
      'commit_duration_seconds',
      'wal_bytes',
      'database_bytes',
      'checkpoint_duration_seconds',
      'event_loop_delay_seconds',
    ]) {
      assert.match(String(body), new RegExp(`^# HELP logbrook_${name} `, 'm'))
    }
  })

  it('counts failures of authentication and of authorization', async () => {
    await using api = await startTestServer({ authentication: 'optional', acls: true, superUsers: ['User:admin'] })
    const asAdmin = { principal: 'User:admin', host: '127.0.0.1' } as const
    await api.server.broker.users.create(asAdmin, { name: 'admin', password: 'secret', role: 'user' })
    await api.ask('/v1/kafka/topics', { as: 'admin:wrong' })
    await api.ask('/v1/kafka/topics/t/offsets')
    const { body } = await api.ask('/metrics', { as: 'admin:secret' })
    assert.match(String(body), /^logbrook_authentication_failures_total 1$/m)
    assert.match(String(body), /^logbrook_authorization_failures_total\{operation="DESCRIBE"\} 1$/m)
  })
})
