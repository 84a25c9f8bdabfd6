/** What a client says, read strictly enough to be understood in one way (contract 7.2, 7.4). */
import { LiveClientMessage } from '@logbrook/contract/live'
import { parseBody } from '@logbrook/contract/parse-body'
import type { SubscriptionRequest } from '@logbrook/sql/live/live-queries'
import { parseJson } from '../json-body.ts'

export type ClientMessage =
  /** `token` is `null` where something else is shown. */
  | { readonly type: 'authenticate'; readonly token: string | null; readonly wantsCompression: boolean }
  | { readonly type: 'subscribe'; readonly subscription: SubscriptionRequest }
  | { readonly type: 'next-batch' | 'unsubscribe'; readonly subscriptionId: string }
  | { readonly type: 'ping' }

/** @throws KafkaError INVALID_REQUEST */
export function readClientMessage(text: string): ClientMessage {
  const message = parseBody(LiveClientMessage, parseJson(text))
  switch (message.type) {
    case 'authenticate': {
      const { method, token, protocol } = message
      return {
        type: 'authenticate',
        token: (method ?? 'jwt') === 'jwt' ? (token ?? null) : null,
        wantsCompression: !namesNoCompression(protocol),
      }
    }
    case 'subscribe': {
      const { id, sql, options = null } = message.subscription
      return { type: 'subscribe', subscription: { id, sql, options: options === null ? null : optionsOf(options) } }
    }
    case 'next_batch':
      return { type: 'next-batch', subscriptionId: message.subscription_id }
    case 'unsubscribe':
      return { type: 'unsubscribe', subscriptionId: message.subscription_id }
    case 'ping':
      break
  }
  return { type: 'ping' }
}

type SubscribeMessage = Extract<ReturnType<typeof LiveClientMessage.parse>, { readonly type: 'subscribe' }>
type GivenOptions = NonNullable<SubscribeMessage['subscription']['options']>

function optionsOf({ batch_size: batchSize, last_rows: lastRows, from, from_seq_id: formerly }: GivenOptions) {
  return { batchSize: batchSize ?? null, lastRows: lastRows ?? null, from: from ?? formerly ?? null }
}

function namesNoCompression(protocol: unknown): boolean {
  return typeof protocol === 'object' && protocol !== null && 'compression' in protocol && protocol.compression === 'none'
}
