/**
 * Cases of WebSockets: who connects, what they say, and what they are told.
 *
 * Whoever connects is one of those who speak SQL in the same case; connections end with it.
 */
import type { ConformanceCase } from './case.ts'
import { LiveClient } from './live-client.ts'
import type { LiveClientOptions } from './live-client.ts'
import { ANY_TEXT, Rule } from './match.ts'
import type { Pattern } from './match.ts'
import type { Scene } from './scene.ts'
import { bearer } from './sessions.ts'
import { sqlCase } from './statements.ts'
import type { Conversation, Speaker, SqlCase } from './statements.ts'

type OpenOptions = Omit<LiveClientOptions, 'url' | 'names'>

export interface LiveScene extends Pick<Conversation, 'says' | 'rowsOf' | 'tokenOf'> {
  readonly scene: Scene
  /** By whom nothing is known. */
  readonly open: (options?: OpenOptions) => Promise<LiveClient>
  /** With their token in the header, and let in. */
  readonly connect: (speaker: Speaker, options?: OpenOptions) => Promise<LiveClient>
}

interface LiveCase extends Omit<SqlCase, 'play' | 'lines'>, Pick<ConformanceCase, 'spoilsServer'> {
  readonly play: (at: LiveScene) => Promise<void>
}

export function liveCase({ name, play, spoilsServer = false, ...more }: LiveCase): ConformanceCase {
  const made = sqlCase({
    ...more,
    name,
    play: async ({ says, rowsOf, tokenOf }, scene) => {
      using clients = new DisposableStack()
      const open = async (options: OpenOptions = {}): Promise<LiveClient> =>
        clients.use(await LiveClient.open({ url: scene.url, names: scene.names, ...options }))
      const connect = async (speaker: Speaker, options: OpenOptions = {}): Promise<LiveClient> => {
        const client = await open({ ...options, headers: { ...bearer(await tokenOf(speaker)), ...options.headers } })
        await client.receives(ANY_WELCOME)
        return client
      }
      await play({ says, rowsOf, tokenOf, scene, open, connect })
    },
  })
  return { ...made, name: `websocket: ${name}`, spoilsServer }
}

// What clients say

export function authenticate(token: string, more: object = {}): object {
  return { type: 'authenticate', method: 'jwt', token, ...more }
}

/** @param options `null`: no rows but those that change */
export function subscribe(id: string, sql: string, options: object | null = {}): object {
  return { type: 'subscribe', subscription: { id, sql, options } }
}

export function unsubscribe(id: string): object {
  return { type: 'unsubscribe', subscription_id: id }
}

export function nextBatch(id: string, more: object = {}): object {
  return { type: 'next_batch', subscription_id: id, ...more }
}

// What they are told

const ANY_WELCOME = new Rule(
  'that it is let in',
  (message) => typeof message === 'object' && message !== null && 'type' in message && message.type === 'auth_success',
)

export function welcome(user: string, role: string, compression: 'gzip' | 'none' = 'gzip'): Pattern {
  return { type: 'auth_success', user, user_id: user, role, protocol: { serialization: 'json', compression } }
}

export const REFUSED: Pattern = { type: 'auth_error', message: ANY_TEXT }
export const REFUSED_CODE = 1008
export const REFUSED_REASON = 'Authentication failed'

export function failure(subscriptionId: string, code: string, message: Pattern = ANY_TEXT): Pattern {
  return { type: 'error', subscription_id: subscriptionId, code, message }
}

/** A number that rises with every version, as text. */
export const ANY_SEQ = new Rule('a _seq', (value) => typeof value === 'string' && /^[1-9]\d*$/.test(value))

/** Higher than another: where that is not known yet, it is asked for when it is compared. */
export function seqAfter(before: () => string): Rule {
  return new Rule('a higher _seq', (value) => ANY_SEQ.holds(value) && BigInt(value as string) > BigInt(before()))
}

const LAST_SEQ_ID = new Rule('a _seq', (value) => Number.isSafeInteger(value) || (typeof value === 'string' && /^\d+$/.test(value)))

/** `lastSeqId` is there where rows were sent. */
export function control(batchNum: number, status: 'loading' | 'loading_batch' | 'ready', lastSeqId: 'with' | 'without' = 'with'): Pattern {
  return { batch_num: batchNum, has_more: status !== 'ready', status, ...(lastSeqId === 'with' ? { last_seq_id: LAST_SEQ_ID } : {}) }
}

/** @param schema names and types: `id BigInt, body Text` */
export function ack(id: string, schema: string, batchControl: Pattern): Pattern {
  const columns = schema.split(', ').map((column, index) => {
    const [name, type] = column.split(' ')
    return { name: name!, data_type: type!, index }
  })
  return { type: 'subscription_ack', subscription_id: id, total_rows: 0, batch_control: batchControl, schema: columns }
}

/** Acknowledged, and whatever that says. */
export function acked(id: string): Rule {
  return new Rule(`the acknowledgement of ${id}`, (message) => isOf(message, 'subscription_ack') && idOf(message) === id)
}

export function batch(id: string, rows: readonly Pattern[], batchControl: Pattern): Pattern {
  return { type: 'initial_data_batch', subscription_id: id, rows, batch_control: batchControl }
}

export function insertion(id: string, rows: readonly Pattern[]): Pattern {
  return { type: 'change', subscription_id: id, change_type: 'insert', rows }
}

export function update(id: string, rows: readonly Pattern[], olds: readonly Pattern[]): Pattern {
  return { type: 'change', subscription_id: id, change_type: 'update', rows, old_values: olds }
}

export function deletion(id: string, olds: readonly Pattern[]): Pattern {
  return { type: 'change', subscription_id: id, change_type: 'delete', old_values: olds }
}

function isOf(message: unknown, type: string): message is Readonly<Record<string, unknown>> {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === type
}

function idOf(message: Readonly<Record<string, unknown>>): unknown {
  return message['subscription_id']
}

// Whole beginnings

/** Subscribes where all the rows that there are come in one batch, and takes them. */
export async function subscribed(
  client: LiveClient,
  id: string,
  { sql, options = {}, rows }: { readonly sql: string; readonly options?: object; readonly rows: readonly Pattern[] },
): Promise<void> {
  client.send(subscribe(id, sql, options))
  await client.receives(acked(id))
  await client.receives(batch(id, rows, new Rule('a batch_control that is ready', isReady)))
}

/** Subscribes to what changes from now on. */
export async function watches(client: LiveClient, id: string, sql: string): Promise<void> {
  client.send(subscribe(id, sql, null))
  await client.receives(acked(id))
}

function isReady(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'status' in value &&
    value.status === 'ready' &&
    'has_more' in value &&
    value.has_more === false
  )
}

// The table of most cases

/** What everybody may read. */
export const PUBLIC_TABLE = "CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, body TEXT) WITH (ACCESS_LEVEL = 'PUBLIC')"
export const QUERY = 'SELECT id, body FROM $NS.t'
export const IDS = 'SELECT id FROM $NS.t'

/** Rows of `QUERY`. */
export function row(id: number, body: string, seq: Pattern = ANY_SEQ): Pattern {
  return { id: String(id), body, _seq: seq }
}

/** Rows of `IDS`. */
export function ids(...numbers: readonly number[]): readonly Pattern[] {
  return numbers.map((id) => ({ id: String(id), _seq: ANY_SEQ }))
}
