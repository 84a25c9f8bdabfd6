/** SUBSCRIBE TO says how a live query is had, which is not here; KILL LIVE QUERY ends one. */
import { randomUUID } from 'node:crypto'
import type { TopicBounds } from '../../compile/relation.ts'
import { notFound } from '../../sql-error.ts'
import { describeLive } from '../live.ts'
import { messageResult, rowsResult } from '../result.ts'
import type { ResultField } from '../result.ts'
import type { Handlers } from '../run.ts'

const SUBSCRIBE_FIELDS: readonly ResultField[] = [
  { name: 'status', dataType: 'Text' },
  { name: 'ws_url', dataType: 'Text' },
  { name: 'subscription', dataType: 'Json' },
  { name: 'message', dataType: 'Text' },
]

const WEBSOCKET_PATH = '/v1/ws'
/** Asks whether there is a topic, and whether it may be read. */
const NO_RECORDS: TopicBounds = { partitions: [], fromOffset: null, toOffset: null, fromTimestampMs: null, toTimestampMs: null }
const WHAT_TO_DO = 'Open a WebSocket at ws_url and send the subscription to get rows and changes'

export const liveHandlers: Handlers<'subscribe' | 'kill-live-query'> = {
  subscribe: async ({ text, options }, run) => {
    const { source } = await describeLive(run, text)
    if (source.kind === 'topic') await run.services.topicRecords(run.caller, source.topic, NO_RECORDS)
    const { lastRows, batchSize, from } = options
    const asked = {
      ...(lastRows !== null && { last_rows: lastRows }),
      ...(batchSize !== null && { batch_size: batchSize }),
      ...(from !== null && { from: String(from) }),
    }
    const subscription = JSON.stringify({ id: randomUUID(), sql: text, options: asked })
    return rowsResult(run, SUBSCRIBE_FIELDS, [['active', run.caller.webSocketUrl ?? WEBSOCKET_PATH, subscription, WHAT_TO_DO]])
  },

  'kill-live-query': async ({ id }, run) => {
    if (!(await run.services.killLiveQuery(run.caller, id))) throw notFound(`Live query '${id}' not found`)
    return messageResult(run, `Live query killed: ${id}`)
  },
}
