/** One record by its offset (contract R1–R6): the same answer at a URL with a query and at one of a path. */
import { KafkaError } from '@logbrook/kafka/errors'
import { OFFSET_NAMEABLE_MAX, PARTITION_NAMEABLE_MAX } from '@logbrook/kafka/limits'
import { topicNameProblem } from '@logbrook/kafka/topic-name'
import { basicCaller } from '../caller.ts'
import type { App, Bindings, RouteContext } from '../context.ts'
import { encodeRecord } from '../fetch-encoder.ts'
import { queryOf } from '../request.ts'
import type { Turn } from '../turn.ts'
import { createTurn } from '../turn.ts'

const QUERY_PATH = '/v1/kafka/fetch_single_record'
const REST_PATH = '/v1/kafka/topics/:topic/partitions/:partition/records/:offset'
const JSON_HEADERS = { 'Content-Type': 'application/json' }

export function registerRecord(app: App, context: RouteContext): void {
  const turn = createTurn()
  app.get(QUERY_PATH, (c) => {
    const query = queryOf(c.env)
    return answer(c.env, context, turn, QUERY_PATH, (name) => query.getAll(name))
  })
  app.get(REST_PATH, (c) => answer(c.env, context, turn, REST_PATH, (name) => [c.req.param(name)]))
}

type Parameter = 'topic' | 'partition' | 'offset'

async function answer(
  env: Bindings,
  context: RouteContext,
  turn: Turn,
  route: string,
  valuesOf: (name: Parameter) => readonly string[],
): Promise<Response> {
  env.exchange.route = route
  const caller = await basicCaller(env, context)
  const record = await context.broker.consumer.fetchRecord(caller, {
    topic: topicOf(valuesOf('topic')),
    partition: wholeOf('partition', valuesOf('partition'), BigInt(PARTITION_NAMEABLE_MAX)),
    offset: wholeOf('offset', valuesOf('offset'), OFFSET_NAMEABLE_MAX),
  })
  await turn.end()
  return new Response(encodeRecord(record), { headers: JSON_HEADERS })
}

function topicOf(values: readonly string[]): string {
  const topic = single('topic', values)
  const problem = topicNameProblem(topic)
  if (problem !== null) throw new KafkaError('INVALID_REQUEST', problem)
  return topic
}

/** Numbers of so many digits are exact. */
const EXACT_DIGITS = 15

/** From 2^53 on the number is no longer exact, which does no harm: nothing is ever kept there. */
function wholeOf(name: Parameter, values: readonly string[], max: bigint): number {
  const text = single(name, values)
  if (/^[0-9]+$/.test(text) && (text.length > EXACT_DIGITS ? BigInt(text) : Number(text)) <= max) return Number(text)
  throw new KafkaError('INVALID_REQUEST', `${name} is ${JSON.stringify(text)}; it must be a whole number from 0 to ${max}`)
}

function single(name: Parameter, values: readonly string[]): string {
  const [value, ...others] = values
  if (value === undefined) throw new KafkaError('INVALID_REQUEST', `${name} is missing`)
  if (others.length > 0) throw new KafkaError('INVALID_REQUEST', `${name} is given ${values.length} times; it must be given once`)
  return value
}
