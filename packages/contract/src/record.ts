/** Records as every door hands them out, and takes them in. */
import { RECORD_HEADERS_MAX } from '@logbrook/kafka/limits'
import { z } from 'zod'
import { closedObject } from './closed-object.ts'
import { COMPONENTS } from './components.ts'

const Base64 = z
  .string()
  .nullable()
  .describe('standard padded base64; `null` is no value, the empty string an empty one')
  .meta({ contentEncoding: 'base64' })
const Timestamp = z.int().describe('epoch milliseconds')
const HeaderKey = z.string()
/** It is kept as UTF-8, which has no halves of surrogate pairs: they would come back as something else. */
const WritableHeaderKey = HeaderKey.refine((key) => key.isWellFormed(), { error: 'holds half of a surrogate pair, which has no UTF-8' })

/** A header as it is handed out. */
const FetchedHeader = z.object({ key: HeaderKey, value: Base64 }).register(COMPONENTS, { id: 'FetchedHeader' })

export const FetchedRecord = z
  .object({ offset: z.int(), timestamp: Timestamp, key: Base64, value: Base64, headers: z.array(FetchedHeader) })
  .register(COMPONENTS, { id: 'FetchedRecord' })
export type FetchedRecord = z.infer<typeof FetchedRecord>

/** A record of a tail, which follows several partitions. */
export const TailedRecord = FetchedRecord.extend({ partition: z.int() }).register(COMPONENTS, { id: 'TailedRecord' })
export type TailedRecord = z.infer<typeof TailedRecord>

/** A record on its way in: what is left out is `null`, no header, and the broker's clock. */
export const ProducedRecord = closedObject({
  key: Base64.optional(),
  value: Base64.optional(),
  headers: z
    .array(closedObject({ key: WritableHeaderKey, value: Base64 }))
    .max(RECORD_HEADERS_MAX, { error: `a record has at most ${RECORD_HEADERS_MAX} headers` })
    .optional(),
  timestamp: Timestamp.min(0).optional(),
}).register(COMPONENTS, { id: 'ProducedRecord' })
export type ProducedRecord = z.infer<typeof ProducedRecord>
