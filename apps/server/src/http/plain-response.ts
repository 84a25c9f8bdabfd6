/**
 * Sends the platform's own `Response`, where node-server's faster one may not take its place: left to node-server, its body would be
 * read by a timer of the global kind, which a test runner's fake timers stop.
 */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ServerResponse } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'

type Answer = (request: Request, env: HttpBindings) => Response | Promise<Response>

/** As node-server's own, but of no class: one that was replaced is sent again. */
const SENT = { status: 200, headers: RESPONSE_ALREADY_SENT.headers, body: null } as Response

/** `answer`, whose responses are sent when it has answered. */
export function sendingPlainly(answer: Answer): Answer {
  return async (request, env) => {
    await send(await answer(request, env), env.outgoing)
    return SENT
  }
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const headers = Object.fromEntries(response.headers)
  if (isEndless(response)) {
    outgoing.writeHead(response.status, headers).flushHeaders()
    // Ends with an error when its reader leaves, which is how tails end.
    await pipeline(Readable.fromWeb(response.body), outgoing).catch(() => {})
    return
  }
  const body = new Uint8Array(await response.arrayBuffer())
  outgoing.writeHead(response.status, response.body === null ? headers : { 'content-length': body.byteLength, ...headers })
  outgoing.end(body)
}

/** Server-sent events go out as they come; everything else is whole. */
function isEndless(response: Response): response is Response & { readonly body: NonNullable<Response['body']> } {
  return response.body !== null && (response.headers.get('content-type') ?? '').startsWith('text/event-stream')
}
