/** `/v1/api/topics`: consuming as KalamDB does (contract 6). */
import type { ConsumeRequest as BrokerRequest } from '@logbrook/broker/groups/consume'
import type {
  AckRequest,
  AckResponse,
  ConsumeRequest,
  LatestOffsetsRequest,
  LatestOffsetsResponse,
  Start,
} from '@logbrook/contract/consuming'
import { CONSUME_RECORDS_DEFAULT } from '@logbrook/kafka/limits'
import type { App, Bindings, RouteContext } from '../../context.ts'
import type { z } from 'zod'
import { bearerCaller } from './bearer.ts'
import { kalamdbBodyAs } from './json-body.ts'
import { encodeMessages } from './topics-encoder.ts'

const CONSUME = '/v1/api/topics/consume'
const JSON_HEADERS = { 'Content-Type': 'application/json' }

export function registerTopicConsumers(app: App, context: RouteContext): void {
  const { groupConsumer, latestOffsets } = context.broker

  app.post(CONSUME, (c) => consume(c.env, context))

  app.post('/v1/api/topics/ack', async (c) => {
    const caller = await bearerCaller(c.env, context)
    groupConsumer.requireRole(caller, 'acknowledgment')
    const {
      topic_id: topic,
      group_id: groupId,
      partition_id: partition = 0,
      upto_offset: uptoOffset,
    } = await kalamdbBodyAs(c.env, loadAckRequest)
    await groupConsumer.acknowledge(caller, { topic, partition, groupId, uptoOffset })
    return c.json({ success: true, acknowledged_offset: uptoOffset } satisfies AckResponse)
  })

  app.post('/v1/api/topics/latest-offsets', async (c) => {
    const caller = await bearerCaller(c.env, context)
    groupConsumer.requireRole(caller, 'consumption')
    const { partitions } = await kalamdbBodyAs(c.env, loadLatestOffsetsRequest)
    const named = partitions.map(({ topic_id: topic, partition_id: partition = 0 }) => ({ topic, partition }))
    const latest = await latestOffsets(caller, named)
    return c.json({
      offsets: latest.map(({ topic, partition, nextOffset }) => ({
        topic_id: topic,
        partition_id: partition,
        next_offset: nextOffset,
        last_offset: nextOffset === 0 ? null : nextOffset - 1,
      })),
    } satisfies LatestOffsetsResponse)
  })
}

async function consume(env: Bindings, context: RouteContext): Promise<Response> {
  env.exchange.route = CONSUME
  const caller = await bearerCaller(env, context)
  const { groupConsumer } = context.broker
  groupConsumer.requireRole(caller, 'consumption')
  const request = brokerRequest(await kalamdbBodyAs(env, loadConsumeRequest))
  const consumed = await groupConsumer.consume(caller, request, context.waits.open(env.outgoing))
  // Who hangs up while the answer is on its way has not got it.
  env.outgoing.once('close', () => {
    if (!env.outgoing.writableFinished) consumed.release()
  })
  return new Response(encodeMessages(request, consumed), { headers: JSON_HEADERS })
}

const MS_PER_SECOND = 1_000

function brokerRequest(body: ConsumeRequest): BrokerRequest {
  const { topic_id: topic, group_id: group, partition_id: partition = 0, timeout_seconds: seconds, start = 'Latest' } = body
  return {
    topic,
    partition,
    groupId: group === undefined || group === null || group.trim() === '' ? null : group,
    start: startOf(start),
    limit: body.limit ?? CONSUME_RECORDS_DEFAULT,
    timeoutMs: (seconds ?? 0) * MS_PER_SECOND,
  }
}

function startOf(start: Start): BrokerRequest['start'] {
  if (typeof start === 'string') return start.toLowerCase() === 'earliest' ? 'earliest' : 'latest'
  return 'Offset' in start ? start.Offset : start.offset
}

async function loadConsumeRequest() {
  const { ConsumeRequest: schema } = await import('@logbrook/contract/consuming')
  return schema as z.ZodType<ConsumeRequest>
}

async function loadAckRequest() {
  const { AckRequest: schema } = await import('@logbrook/contract/consuming')
  return schema as z.ZodType<AckRequest>
}

async function loadLatestOffsetsRequest() {
  const { LatestOffsetsRequest: schema } = await import('@logbrook/contract/consuming')
  return schema as z.ZodType<LatestOffsetsRequest>
}
