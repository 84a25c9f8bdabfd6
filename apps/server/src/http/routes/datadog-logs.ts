/**
 * Datadog's log intake (contract D1–D16): `POST /dd/{topic}/api/v2/logs` and `/v1/input`, `GET …/api/v1/validate`.
 *
 * - Everything under `/dd` is answered here, with 200, 400, 401, 403, 413 or 500 and nothing else: of any other status the Datadog
 *   Agent makes a payload that it sends again for ever, or one that it takes for delivered.
 * - Asked in this order: credentials, topic name, path and method, permission, existence, headers, body.
 * - Where nothing is stored (a probe, an empty array) no header says where it went.
 */
import type { IncomingMessage } from 'node:http'
import { KafkaError } from '@logbrook/kafka/errors'
import { REQUEST_BODY_BYTES_MAX, STORAGE_TIMEOUT_MS } from '@logbrook/kafka/limits'
import { assertTopicName } from '@logbrook/kafka/topic-name'
import { readBody } from '../body.ts'
import { apiKeyCaller } from '../caller.ts'
import type { App, Bindings, RouteContext } from '../context.ts'
import { Deadline } from '../deadline.ts'
import { sliceJsonArray } from '../json-array.ts'
import type { JsonArraySlices } from '../json-array.ts'
import { decodeSegment } from '../raw-path.ts'
import { ROOT_INTAKE_PATHS } from '../surfaces.ts'

export function registerDatadogLogs(app: App, context: RouteContext): void {
  const { rootTopic } = context.options.intake
  app.all('/dd/*', (c) => answer(c.env, context, placeOf(c.req.path)))
  if (rootTopic === null) return
  for (const path of ROOT_INTAKE_PATHS) {
    const place: Place = { topic: rootTopic, endpoint: 'logs', route: path }
    app.all(path, (c) => answer(c.env, context, place))
  }
}

type Endpoint = 'logs' | 'validate'

interface Place {
  /** `null` when it is no text. */
  readonly topic: string | null
  readonly endpoint: Endpoint | null
  /** As metrics name it. */
  readonly route: string
}

const PREFIX = '/dd/'
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/api/v2/logs': 'logs',
  '/v1/input': 'logs',
  '/api/v1/validate': 'validate',
}
const METHODS: Readonly<Record<Endpoint, readonly string[]>> = { logs: ['POST'], validate: ['GET', 'HEAD'] }

function placeOf(path: string): Place {
  const end = path.indexOf('/', PREFIX.length)
  const suffix = end === -1 ? '' : path.slice(end)
  const topic = decodeSegment(path.slice(PREFIX.length, end === -1 ? undefined : end))
  const endpoint = ENDPOINTS[suffix] ?? null
  return { topic, endpoint, route: endpoint === null ? '/dd/*' : `/dd/:topic${suffix}` }
}

async function answer(env: Bindings, context: RouteContext, place: Place): Promise<Response> {
  const { incoming, exchange } = env
  exchange.route = place.route
  const deadline = new Deadline(context.clock, STORAGE_TIMEOUT_MS)
  const topic = await deadline.within(open(env, context, place))
  if (place.endpoint === 'validate') return json('{"valid":true}', 200)
  assertJson(incoming)
  const contentEncoding = incoming.headers['content-encoding']
  const { bytes: body } = await readBody(incoming, { maxBytes: REQUEST_BODY_BYTES_MAX, contentEncoding })
  const { successStatus, bareObject } = context.options.intake
  const ranges = recordsIn(sliceJsonArray(body, body.length), bareObject)
  if (ranges.length === 0) return json('{}', successStatus)
  const request = { topic, records: { kind: 'verbatim', body, ranges }, bodyBytes: body.length } as const
  const stored = await deadline.within(context.broker.producer.produce(request))
  return json('{}', successStatus, {
    'x-logbrook-partition': String(stored.partition),
    'x-logbrook-base-offset': String(stored.baseOffset),
  })
}

async function open(env: Bindings, context: RouteContext, { topic, endpoint }: Place) {
  const caller = await apiKeyCaller(env, context)
  if (topic === null) throw new KafkaError('INVALID_TOPIC_EXCEPTION', 'the topic name in the path is not percent-encoded UTF-8')
  assertTopicName(topic)
  assertEndpoint(endpoint, env.incoming)
  return await context.broker.producer.open(caller, topic)
}

function assertEndpoint(endpoint: Place['endpoint'], { method = '' }: IncomingMessage): void {
  if (endpoint === null) {
    throw new KafkaError('INVALID_REQUEST', 'there is no such intake; logs go to /dd/{topic}/api/v2/logs or /dd/{topic}/v1/input')
  }
  if (METHODS[endpoint].includes(method)) return
  throw new KafkaError('INVALID_REQUEST', `this path takes ${METHODS[endpoint][0]}, not ${method}`)
}

function assertJson({ headers }: IncomingMessage): void {
  const type = headers['content-type']
  if (type === 'application/json') return
  if (type === undefined) throw new KafkaError('INVALID_REQUEST', 'Content-Type is missing; it must be application/json')
  if (type.split(';', 1)[0]!.trim().toLowerCase() === 'application/json') return
  throw new KafkaError('INVALID_REQUEST', `Content-Type is ${JSON.stringify(type)}; it must be application/json`)
}

const NOTHING = new Int32Array()

function recordsIn(slices: JsonArraySlices, bareObject: boolean): Int32Array {
  if (slices.kind === 'array') return slices.ranges
  if (slices.kind === 'empty-object') return NOTHING
  if (bareObject) return slices.range
  throw new KafkaError('INVALID_REQUEST', 'the body is an object; it must be an array of objects, or {} as a probe')
}

function json(body: string, status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body, { status, headers: { 'Content-Type': 'application/json', ...headers } })
}
