/** `GET /v1/kafka/topics/{topic}/tail`: a topic as server-sent events. */
import type { TailRequest } from '@logbrook/broker/tail'
import { KafkaError } from '@logbrook/kafka/errors'
import { TAIL_PARTITIONS_MAX } from '@logbrook/kafka/limits'
import { basicCaller } from '../caller.ts'
import type { App, Bindings, RouteContext } from '../context.ts'
import { queryEntries, wholeNumber } from '../query.ts'
import { parseResumeToken } from '../tail-events.ts'
import { tailStream } from '../tail-stream.ts'

export function registerTail(app: App, context: RouteContext): void {
  const { broker, waits, logger } = context

  app.get('/v1/kafka/topics/:topic/tail', async (c) => {
    const caller = await basicCaller(c.env, context)
    const request = tailRequest(c.env, c.req.param('topic'))
    const tail = await broker.tails.open(caller, request, waits.open(c.env.outgoing))
    assertResumable(tail.positions.size)
    const body = tailStream({
      tail,
      isStopping: () => waits.stopping,
      onError: (error) => logger.error({ err: error, topic: request.topic }, 'a tail failed'),
    })
    return c.body(body, 200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
  })
}

/** The header counts more than the query: a browser that connects again sends both, the query as it was at first. */
function tailRequest(env: Bindings, topic: string): TailRequest {
  let token = env.incoming.headers['last-event-id']
  let from: string = 'latest'
  const partitions = new Set<number>()
  for (const [name, value] of queryEntries(env, ['partition', 'from', 'last_event_id'])) {
    if (name === 'partition') partitions.add(wholeNumber('partition', value))
    else if (name === 'from') from = value
    else token ??= value
  }
  if (from !== 'earliest' && from !== 'latest') {
    throw new KafkaError('INVALID_REQUEST', `from is ${JSON.stringify(from)}; it must be earliest or latest`)
  }
  const only = partitions.size === 0 ? {} : { partitions: [...partitions] }
  if (typeof token !== 'string' || token === '') return { topic, ...only, positions: new Map(), from }
  // What a token does not name is at 0.
  return { topic, ...only, positions: parseResumeToken(token), from: 'earliest' }
}

/** A token has to fit among the headers of the request that resumes. */
function assertResumable(partitions: number): void {
  if (partitions <= TAIL_PARTITIONS_MAX) return
  throw new KafkaError(
    'INVALID_REQUEST',
    `a tail follows at most ${TAIL_PARTITIONS_MAX} partitions; this one would follow ${partitions}: name some by ?partition=`,
  )
}
