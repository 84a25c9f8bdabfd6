/** `DELETE /v1/kafka/topics/{topic}/partitions/{partition}/records`: Kafka's DeleteRecords. */
import type { TrimmedPartition } from '@logbrook/contract/topics'
import { KafkaError } from '@logbrook/kafka/errors'
import { basicCaller } from '../caller.ts'
import type { App, RouteContext } from '../context.ts'
import { closedQuery, wholeNumber } from '../query.ts'
import { partitionBody } from './topics.ts'

/** Kafka: the high watermark. */
const ALL_RECORDS = -1

export function registerTrim(app: App, context: RouteContext): void {
  const { topics, permissions } = context.broker

  app.delete('/v1/kafka/topics/:topic/partitions/:partition/records', async (c) => {
    const caller = await basicCaller(c.env, context)
    const { before_offset: before } = closedQuery(c.env, ['before_offset'])
    if (before === undefined) throw new KafkaError('INVALID_REQUEST', 'the query must name before_offset; -1 is the high watermark')
    const beforeOffset = before === String(ALL_RECORDS) ? ALL_RECORDS : wholeNumber('before_offset', before)
    const partition = wholeNumber('partition', c.req.param('partition'))
    const { movedGroups, ...watermarks } = await topics.trim(caller, { topic: c.req.param('topic'), partition }, beforeOffset)
    const shown = movedGroups.filter(({ groupId }) => permissions.allows(caller, 'READ', { type: 'GROUP', name: groupId }))
    const moved = shown.map(({ groupId, fromOffset, toOffset }) => ({ group_id: groupId, from_offset: fromOffset, to_offset: toOffset }))
    return c.json({ ...partitionBody(partition, watermarks), moved_groups: moved } satisfies TrimmedPartition)
  })
}
