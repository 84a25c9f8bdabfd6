/**
 * `GET` and `POST /v1/kafka/fetch` (contract F1–F14).
 *
 * Answers are not compressed, whatever `Accept-Encoding` allows: base64 of logs shrinks little, and deflating a megabyte takes
 * twenty times as long as encoding it. A proxy in front of slow lines can do it.
 */
import { basicCaller } from '../caller.ts'
import type { App, Bindings, RouteContext } from '../context.ts'
import { encodeFetch } from '../fetch-encoder.ts'
import { parseFetchRequest } from '../fetch-request.ts'
import { jsonBodyOf } from '../request.ts'

const PATH = '/v1/kafka/fetch'
const JSON_HEADERS = { 'Content-Type': 'application/json' }
/** Of a fetch that does not wait. */
const NEVER = new AbortController().signal

export function registerFetch(app: App, context: RouteContext): void {
  app.on(['GET', 'POST'], PATH, (c) => answer(c.env, context))
}

async function answer(env: Bindings, context: RouteContext): Promise<Response> {
  env.exchange.route = PATH
  const caller = await basicCaller(env, context)
  const request = parseFetchRequest(await jsonBodyOf(env))
  const signal = request.longPoll ? context.waits.open(env.outgoing) : NEVER
  const topics = await context.broker.consumer.fetch(caller, request, signal)
  return new Response(encodeFetch(topics), { headers: JSON_HEADERS })
}
