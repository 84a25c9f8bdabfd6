/** SUBSCRIBE TO says how a live query is had, which is not here; KILL LIVE QUERY ends one. */
import { randomUUID } from 'node:crypto'
import { assertLive, compileQuery, parseQuery } from '../../compile/query.ts'
import { notFound } from '../../sql-error.ts'
import { givenOf } from '../given.ts'
import { openRelations } from '../relations.ts'
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
const WHAT_TO_DO = 'Open a WebSocket at ws_url and send the subscription to get rows and changes'

export const liveHandlers: Handlers<'subscribe' | 'kill-live-query'> = {
  subscribe: async ({ text, options }, run) => {
    const query = parseQuery(text, givenOf(run))
    assertLive(query)
    const { relations } = await openRelations(query.references, run)
    compileQuery(query, relations, givenOf(run))
    const { lastRows, batchSize, from } = options
    const asked = {
      ...(lastRows !== null && { last_rows: lastRows }),
      ...(batchSize !== null && { batch_size: batchSize }),
      ...(from !== null && { from: String(from) }),
    }
    const subscription = JSON.stringify({ id: randomUUID(), sql: text, options: asked })
    return rowsResult(run, SUBSCRIBE_FIELDS, [['active', WEBSOCKET_PATH, subscription, WHAT_TO_DO]])
  },

  'kill-live-query': async ({ id }, run) => {
    if (!(await run.services.killLiveQuery(run.caller, id))) throw notFound(`Live query '${id}' not found`)
    return messageResult(run, `Live query killed: ${id}`)
  },
}
