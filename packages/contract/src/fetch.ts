/** WarpStream's fetch: `POST /v1/kafka/fetch`. Its unknown fields are ignored, as clients of newer versions send them. */
import { z } from 'zod'
import { COMPONENTS } from './components.ts'
import { FetchedRecord } from './record.ts'

const WholeNumber = z.int().min(0)

export const FetchRequest = z
  .looseObject({
    topics: z.array(
      z.looseObject({
        topic: z.string(),
        partitions: z.array(
          z.looseObject({
            partition: WholeNumber,
            fetch_offset: WholeNumber.describe('the first offset to read; up to 2^63−1, though none so large is ever kept'),
            partition_max_bytes: z.int().min(1).describe('bytes of keys, values and headers from this entry'),
          }),
        ),
      }),
    ),
    max_bytes: WholeNumber.optional().describe("of the whole answer; 0, the default, is the broker's own budget"),
    max_records: WholeNumber.optional().describe('of the whole answer; 0, the default, is no limit'),
    isolation_level: z.enum(['read_uncommitted', 'read_committed']).optional().describe('`read_uncommitted` by default'),
    long_poll: z.boolean().optional().describe('waits up to 30 s for a record when there is none'),
  })
  .register(COMPONENTS, { id: 'FetchRequest' })
/** The fields by name: the open schema would let any spelling pass the compiler. */
export interface FetchRequest {
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly fetch_offset: number
      readonly partition_max_bytes: number
    }[]
  }[]
  readonly max_bytes?: number
  readonly max_records?: number
  readonly isolation_level?: 'read_uncommitted' | 'read_committed'
  readonly long_poll?: boolean
}

export const FetchedPartition = z
  .object({
    partition: z.int(),
    error_code: z.int().describe("Kafka's number; 0 when all is well"),
    error: z.string().optional().describe("the error's name, where `error_code` is not 0"),
    high_watermark: z.int(),
    last_stable_offset: z.int(),
    log_start_offset: z.int(),
    records: z.array(FetchedRecord),
  })
  .register(COMPONENTS, { id: 'FetchedPartition' })
export type FetchedPartition = z.infer<typeof FetchedPartition>

/** Entries answer the request in its order, one for each. */
export const FetchResponse = z
  .object({ topics: z.array(z.object({ topic: z.string(), partitions: z.array(FetchedPartition) })) })
  .register(COMPONENTS, { id: 'FetchResponse' })
export type FetchResponse = z.infer<typeof FetchResponse>
