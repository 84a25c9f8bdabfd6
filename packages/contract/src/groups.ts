/** Consumer groups: `/v1/kafka/groups`. */
import { GROUP_ID_LENGTH_MAX, GROUP_OFFSETS_MAX } from '@logbrook/kafka/limits'
import { z } from 'zod'
import { closedObject } from './closed-object.ts'
import { COMPONENTS } from './components.ts'

const GroupId = z.string().meta({ maxLength: GROUP_ID_LENGTH_MAX })
const Partition = z.int().min(0)
const Offset = z.int().min(0).describe('the next one to be read')

/** The groups that the caller may READ, in order. */
export const GroupList = z
  .object({
    groups: z.array(
      z.object({
        group_id: GroupId,
        partition_count: z.int().describe('those with a committed offset or a claim'),
        lag: z.int().describe('records that are there and not committed, in all of them'),
      }),
    ),
  })
  .register(COMPONENTS, { id: 'GroupList' })
export type GroupList = z.infer<typeof GroupList>

/** Records at `[from_offset, end_offset)` that a consumer was handed and nobody has acknowledged. */
const Claim = z
  .object({ from_offset: z.int(), end_offset: z.int(), claimed_at: z.int().describe('epoch milliseconds') })
  .register(COMPONENTS, { id: 'Claim' })

export const GroupPartition = z
  .object({
    topic: z.string(),
    partition: z.int(),
    committed_offset: z.int().nullable().describe('the next one to be read; `null` before the first commit'),
    log_start_offset: z.int(),
    high_watermark: z.int(),
    lag: z.int().nullable().describe('records that are there and not committed'),
    claims: z.array(Claim),
    skipped_records: z.int().describe('deleted by retention or a trim before the group had committed them, all in all'),
    committed_at: z.int().nullable().describe('epoch milliseconds'),
  })
  .register(COMPONENTS, { id: 'GroupPartition' })
export type GroupPartition = z.infer<typeof GroupPartition>

/** Of the topics that the caller may DESCRIBE, by topic and partition. */
export const GroupBody = z.object({ group_id: GroupId, partitions: z.array(GroupPartition) }).register(COMPONENTS, { id: 'Group' })
export type GroupBody = z.infer<typeof GroupBody>

export const CommitRequest = closedObject({
  offsets: z
    .array(closedObject({ topic: z.string(), partition: Partition, offset: Offset }))
    .min(1)
    .max(GROUP_OFFSETS_MAX),
}).register(COMPONENTS, { id: 'CommitRequest' })
export type CommitRequest = z.infer<typeof CommitRequest>

const ONE_TARGET = { error: 'exactly one of to, offset and timestamp is required' }

export const ResetRequest = closedObject({
  topic: z.string(),
  partition: Partition.optional().describe('all of the topic by default'),
  to: z.enum(['earliest', 'latest']).optional(),
  offset: Offset.optional().describe('held within what the partition has'),
  timestamp: z.int().min(0).optional().describe('epoch milliseconds: the first record at or after it, else the end'),
})
  .refine(({ to, offset, timestamp }) => [to, offset, timestamp].filter((target) => target !== undefined).length === 1, ONE_TARGET)
  .register(COMPONENTS, { id: 'ResetRequest' })
export type ResetRequest = z.infer<typeof ResetRequest>

export const ResetResponse = z
  .object({
    group_id: GroupId,
    offsets: z.array(z.object({ topic: z.string(), partition: z.int(), offset: z.int(), previous_offset: z.int().nullable() })),
  })
  .register(COMPONENTS, { id: 'ResetResponse' })
export type ResetResponse = z.infer<typeof ResetResponse>
