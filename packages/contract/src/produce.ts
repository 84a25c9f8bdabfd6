import { z } from 'zod'
import { closedObject } from './closed-object.ts'
import { COMPONENTS } from './components.ts'
import { ProducedRecord } from './record.ts'

/** `POST /v1/kafka/topics/{topic}/records` as `application/json`. */
export const ProduceRequest = closedObject({ records: z.array(ProducedRecord) }).register(COMPONENTS, { id: 'ProduceRequest' })
export type ProduceRequest = z.infer<typeof ProduceRequest>

/** All of a request's records lie in one partition at `[base_offset, base_offset + record_count)`. */
export const ProduceResponse = z
  .object({
    partition: z.int(),
    base_offset: z.int().nullable().describe('`null` when there was no record'),
    record_count: z.int(),
  })
  .register(COMPONENTS, { id: 'ProduceResponse' })
export type ProduceResponse = z.infer<typeof ProduceResponse>
