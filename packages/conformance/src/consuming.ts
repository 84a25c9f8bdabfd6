/** Consumers of a case: requests of `/v1/api/topics` with a token, and the answers that most cases of them expect. */
import type { Expectation, GivenUser, Request } from './case.ts'
import type { Response } from './connection.ts'
import { ANY_TEXT, ANY_TIMESTAMP } from './match.ts'
import type { Pattern } from './match.ts'
import { startPoll } from './polls.ts'
import type { Poll } from './polls.ts'
import { base64 } from './requests.ts'
import type { Scene } from './scene.ts'
import { bearer, login, openSession, PASSWORD } from './sessions.ts'

/** Who consumes in most cases. */
export const WORKER: GivenUser = { name: '$WORKER', password: PASSWORD, role: 'service' }

type Fields = Readonly<Record<string, unknown>>

/** Group `$GROUP` from the earliest record of `$TOPIC` on, where the fields do not say otherwise. */
const CONSUME: Fields = { topic_id: '$TOPIC', group_id: '$GROUP', start: 'Earliest' }

export interface Consumer {
  /** Of `consume`, `ack` or `latest-offsets`, with its token. */
  request(endpoint: string, body: Fields | string): Request
  asks(endpoint: string, body: Fields | string, expect: Expectation): Promise<Response>
  /** Partition 0 of `$TOPIC`: messages at these offsets, whatever they hold, and what follows from them. */
  gets(offsets: readonly number[], fields?: Fields, expect?: { readonly nextOffset?: number; readonly hasMore?: boolean }): Promise<void>
  acknowledges(uptoOffset: number, fields?: Fields): Promise<void>
  /** Comes back when the server waits on its behalf. */
  waits(fields?: Fields): Promise<Poll>
}

/** Logs in as a user that there is. */
export async function consumerOf(scene: Scene, user = '$WORKER'): Promise<Consumer> {
  const { access } = await openSession(scene, login(user))

  function request(endpoint: string, body: Fields | string): Request {
    const headers = { 'Content-Type': 'application/json', ...bearer(access) }
    return { method: 'POST', path: `/v1/api/topics/${endpoint}`, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }
  }

  return {
    request,
    asks: (endpoint, body, expect) => scene.exchange({ request: request(endpoint, body), expect }),
    async gets(offsets, fields = {}, { nextOffset, hasMore = false } = {}) {
      const expect = consumed(scene, offsets, { nextOffset: nextOffset ?? (offsets.at(-1) ?? -1) + 1, hasMore })
      await scene.exchange({ request: request('consume', { ...CONSUME, ...fields }), expect })
    },
    async acknowledges(uptoOffset, fields = {}) {
      const body = { topic_id: '$TOPIC', group_id: '$GROUP', upto_offset: uptoOffset, ...fields }
      await scene.exchange({
        request: request('ack', body),
        expect: { status: 200, json: { success: true, acknowledged_offset: uptoOffset } },
      })
    },
    waits: (fields = {}) => startPoll(scene, request('consume', { ...CONSUME, timeout_seconds: 30, ...fields })),
  }
}

export function consumed(
  scene: Scene,
  offsets: readonly number[],
  { nextOffset, hasMore = false }: { readonly nextOffset: number; readonly hasMore?: boolean },
): Expectation {
  const messages = offsets.map((offset) => ({ ...message(scene, offset, ''), payload: base64(String(offset)) }))
  return { status: 200, json: { messages, next_offset: nextOffset, has_more: hasMore } }
}

/** A message of `$TOPIC`, partition 0, that was appended with nothing but a value. */
export function message(scene: Scene, offset: number, value: string): { readonly [key: string]: Pattern } {
  return {
    topic_id: scene.names('$TOPIC'),
    partition_id: 0,
    offset,
    payload: base64(value),
    key: null,
    timestamp_ms: ANY_TIMESTAMP,
    user: ANY_TEXT,
    op: 'Insert',
  }
}

export function topicRefused(status: number, code: string, error: Pattern = ANY_TEXT): Expectation {
  return { status, json: { error, code } }
}

/** Values that say at which offset they lie. */
export function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, offset) => String(offset))
}

export function range(from: number, end: number): readonly number[] {
  return Array.from({ length: end - from }, (_, i) => from + i)
}
