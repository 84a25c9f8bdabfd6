/** What a client of live queries says on its WebSocket: `/v1/ws`. Unknown fields are ignored, as clients of newer versions send them. */
import { z } from 'zod'

const DECIMAL = /^-?\d{1,19}$/

/** A number of 64 bits, as a number or in decimal digits. */
const Seq = z.preprocess((value) => {
  if (typeof value === 'string' && DECIMAL.test(value)) return BigInt(value)
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}, z.bigint())
const Rows = z.int().min(0)

const Authenticate = z.looseObject({
  type: z.literal('authenticate'),
  method: z.string().nullish(),
  token: z.string().nullish(),
  /** What it says that is not known here is not looked at. */
  protocol: z.unknown().optional(),
})

const SubscriptionOptions = z.looseObject({
  batch_size: Rows.nullish(),
  last_rows: Rows.nullish(),
  from: Seq.nullish(),
  /** What `from` was called before. */
  from_seq_id: Seq.nullish(),
})

const Subscribe = z.looseObject({
  type: z.literal('subscribe'),
  subscription: z.looseObject({ id: z.string(), sql: z.string(), options: SubscriptionOptions.nullish() }),
})

const NextBatch = z.looseObject({ type: z.literal('next_batch'), subscription_id: z.string(), last_seq_id: Seq.nullish() })
const Unsubscribe = z.looseObject({ type: z.literal('unsubscribe'), subscription_id: z.string() })
const Ping = z.looseObject({ type: z.literal('ping') })

export const LiveClientMessage = z.discriminatedUnion('type', [Authenticate, Subscribe, NextBatch, Unsubscribe, Ping])
