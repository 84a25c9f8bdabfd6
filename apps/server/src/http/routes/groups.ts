/** `/v1/kafka/groups`: list, describe, commit, reset, delete. */
import type { GroupPartition as DescribedPartition, GroupReset } from '@logbrook/broker/groups/groups'
import type { GroupBody, GroupList, GroupPartition, ResetRequest, ResetResponse } from '@logbrook/contract/groups'
import { basicCaller } from '../caller.ts'
import type { App, RouteContext } from '../context.ts'
import { bodyAs } from '../described-body.ts'
import { closedQuery } from '../query.ts'

export function registerGroups(app: App, context: RouteContext): void {
  const { groups } = context.broker

  app.get('/v1/kafka/groups', async (c) => {
    const caller = await basicCaller(c.env, context)
    closedQuery(c.env, [])
    const all = await groups.list(caller)
    return c.json({
      groups: all.map(({ groupId, partitions, lag }) => ({ group_id: groupId, partition_count: partitions, lag })),
    } satisfies GroupList)
  })

  app.get('/v1/kafka/groups/:group', async (c) => {
    const caller = await basicCaller(c.env, context)
    closedQuery(c.env, [])
    const groupId = c.req.param('group')
    const partitions = await groups.describe(caller, groupId)
    return c.json({ group_id: groupId, partitions: partitions.map(partitionBody) } satisfies GroupBody)
  })

  app.post('/v1/kafka/groups/:group/offsets', async (c) => {
    const caller = await basicCaller(c.env, context)
    const { offsets } = await bodyAs(c.env, loadCommitRequest)
    await groups.commit(caller, c.req.param('group'), offsets)
    return c.body(null, 204)
  })

  app.post('/v1/kafka/groups/:group/reset', async (c) => {
    const caller = await basicCaller(c.env, context)
    const body = await bodyAs(c.env, loadResetRequest)
    const groupId = c.req.param('group')
    const resets = await groups.reset(caller, groupId, resetOf(body))
    const offsets = resets.map(({ topic, partition, offset, previousOffset }) => ({
      topic,
      partition,
      offset,
      previous_offset: previousOffset,
    }))
    return c.json({ group_id: groupId, offsets } satisfies ResetResponse)
  })

  app.delete('/v1/kafka/groups/:group', async (c) => {
    const caller = await basicCaller(c.env, context)
    closedQuery(c.env, [])
    await groups.delete(caller, c.req.param('group'))
    return c.body(null, 204)
  })
}

function partitionBody({ topic, partition, watermarks, ...of }: DescribedPartition): GroupPartition {
  return {
    topic,
    partition,
    committed_offset: of.committedOffset,
    log_start_offset: watermarks.logStartOffset,
    high_watermark: watermarks.highWatermark,
    lag: of.lag,
    claims: of.claims.map(({ fromOffset, endOffset, claimedMs }) => ({
      from_offset: fromOffset,
      end_offset: endOffset,
      claimed_at: claimedMs,
    })),
    skipped_records: of.skippedRecords,
    committed_at: of.updatedMs,
  }
}

function resetOf({ topic, partition, to, offset, timestamp }: ResetRequest): GroupReset {
  const target = to ?? (offset === undefined ? { timestampMs: timestamp! } : { offset })
  return { topic, ...(partition === undefined ? {} : { partition }), to: target }
}

async function loadCommitRequest() {
  const { CommitRequest } = await import('@logbrook/contract/groups')
  return CommitRequest
}

async function loadResetRequest() {
  const { ResetRequest: schema } = await import('@logbrook/contract/groups')
  return schema
}
