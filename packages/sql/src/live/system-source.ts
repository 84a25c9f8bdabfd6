/** Live queries over system tables: the rows that there were. Nobody is told when they change. */
import { LIVE_BATCH_BYTES_MAX } from '@logbrook/kafka/limits'
import type { Described, LiveRows, ResultColumn } from '../protocol.ts'
import type { Ask, LiveQuery, LiveSource } from './live-source.ts'

export interface SystemSourceOptions {
  readonly query: LiveQuery
  readonly source: Extract<Described['source'], { readonly kind: 'system' }>
  readonly schema: readonly ResultColumn[]
  readonly ask: Ask
  readonly nowMs: () => number
}

export function systemSource({ query, source, schema, ask, nowMs }: SystemSourceOptions): LiveSource {
  return {
    namespace: source.namespace,
    name: source.name,
    schema,
    isWatched: false,
    async start() {},
    async read({ last }, rowsMax) {
      const bytesMax = LIVE_BATCH_BYTES_MAX
      const bounds = { after: null, upto: 0n, deleted: false, last, rowsMax, bytesMax } as const
      const { rows } = await ask<LiveRows>({ kind: 'read-live', ...query, nowMs: nowMs(), ...bounds })
      return { rows, hasMore: false, lastSeq: null }
    },
    stop() {},
  }
}
