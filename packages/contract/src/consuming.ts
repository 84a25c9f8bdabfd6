/** Consuming as KalamDB does: `/v1/api/topics`. Unknown fields are ignored, as clients of newer versions send them. */
import { CONSUME_RECORDS_DEFAULT, CONSUME_RECORDS_MAX, CONSUME_WAIT_MS_MAX, FETCH_ENTRIES_MAX } from '@logbrook/kafka/limits'
import { z } from 'zod'
import { COMPONENTS } from './components.ts'

const MS_PER_SECOND = 1_000

/** Unsigned 64-bit. What is larger than any offset can be stands for the largest. */
const WholeNumber = z.preprocess(
  (value) => (typeof value === 'bigint' && value > 0n && value < 2n ** 64n ? Number.MAX_SAFE_INTEGER : value),
  z.int().min(0),
)
const TopicId = z.string().describe('the name of a topic')
const PartitionId = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
const PARTITION = { partition_id: PartitionId.optional().describe('0 by default') }

const START_FORMS = 'must be "Latest", "Earliest" or {"Offset": n}'

/** A word in any case, or an offset. */
export const Start = z
  .union(
    [
      z.string().regex(/^(?:latest|earliest)$/i, { error: START_FORMS }),
      z.strictObject({ Offset: WholeNumber }),
      z.strictObject({ offset: WholeNumber }),
    ],
    {
      error: START_FORMS,
    },
  )
  .describe('where a group begins that has committed nothing; every time where there is no group')
export type Start = string | { readonly Offset: number } | { readonly offset: number }

export const ConsumeRequest = z
  .looseObject({
    topic_id: TopicId,
    group_id: z.string().nullable().optional().describe('without one, or a blank one: a read that claims nothing and keeps nothing'),
    start: Start.optional().describe('`Latest` by default'),
    limit: WholeNumber.optional().describe(`records; ${CONSUME_RECORDS_DEFAULT} by default, held within 1 to ${CONSUME_RECORDS_MAX}`),
    ...PARTITION,
    timeout_seconds: WholeNumber.nullable()
      .optional()
      .describe(`how long to wait for a record when there is none; at most ${CONSUME_WAIT_MS_MAX / MS_PER_SECOND}, not at all by default`),
  })
  .register(COMPONENTS, { id: 'ConsumeRequest' })
/** The fields by name: the open schema would let any spelling pass the compiler. */
export interface ConsumeRequest {
  readonly topic_id: string
  readonly group_id?: string | null | undefined
  readonly start?: Start | undefined
  readonly limit?: number | undefined
  readonly partition_id?: number | undefined
  readonly timeout_seconds?: number | null | undefined
}

const TopicMessage = z
  .object({
    topic_id: TopicId,
    partition_id: z.int(),
    offset: z.int(),
    payload: z.string().describe('the value, as padded base64'),
    key: z.string().nullable(),
    timestamp_ms: z.int(),
    user: z.string(),
    op: z.enum(['Insert', 'Update', 'Delete']),
  })
  .register(COMPONENTS, { id: 'TopicMessage' })

export const ConsumeResponse = z
  .object({
    messages: z.array(TopicMessage),
    next_offset: z.int().describe('the last offset + 1; without messages, where the request was resolved to begin'),
    has_more: z.boolean().describe('whether another request is likely to find more'),
  })
  .register(COMPONENTS, { id: 'ConsumeResponse' })
export type ConsumeResponse = z.infer<typeof ConsumeResponse>

export const AckRequest = z
  .looseObject({
    topic_id: TopicId,
    group_id: z.string(),
    ...PARTITION,
    upto_offset: z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER - 1)
      .describe('the last one that is done with, and all before it'),
  })
  .register(COMPONENTS, { id: 'AckRequest' })
export interface AckRequest {
  readonly topic_id: string
  readonly group_id: string
  readonly partition_id?: number | undefined
  readonly upto_offset: number
}

export const AckResponse = z
  .object({ success: z.literal(true), acknowledged_offset: z.int().describe('as asked for, also where the group was further already') })
  .register(COMPONENTS, { id: 'AckResponse' })
export type AckResponse = z.infer<typeof AckResponse>

export const LatestOffsetsRequest = z
  .looseObject({ partitions: z.array(z.looseObject({ topic_id: TopicId, ...PARTITION })).max(FETCH_ENTRIES_MAX) })
  .register(COMPONENTS, { id: 'LatestOffsetsRequest' })
export interface LatestOffsetsRequest {
  readonly partitions: readonly { readonly topic_id: string; readonly partition_id?: number | undefined }[]
}

/** Each partition once, by topic and number. */
export const LatestOffsetsResponse = z
  .object({
    offsets: z.array(
      z.object({
        topic_id: TopicId,
        partition_id: z.int(),
        next_offset: z.int(),
        last_offset: z.int().nullable().describe('`null` before the first record'),
      }),
    ),
  })
  .register(COMPONENTS, { id: 'LatestOffsetsResponse' })
export type LatestOffsetsResponse = z.infer<typeof LatestOffsetsResponse>

export const TopicError = z
  .object({ error: z.string(), code: z.string().describe('`FORBIDDEN`, `NOT_FOUND`, `INVALID_INPUT`, `INTERNAL_ERROR`') })
  .register(COMPONENTS, { id: 'TopicError' })
export type TopicError = z.infer<typeof TopicError>
