/** Answers of which only the beginning arrives. */
import type { TestedRequest } from './tested-request.ts'

/** `answer`, whose connection ends after `maxBytes` of its body; one that is no longer than that comes whole. */
export async function truncated(answer: Response, maxBytes: number, tested: TestedRequest): Promise<Response> {
  if (answer.body === null) return answer
  const { status, headers } = answer
  // Server-sent events have no length that could be declared.
  const isEndless = (headers.get('content-type') ?? '').startsWith('text/event-stream')
  if (isEndless) return new Response(cutStream(answer.body, maxBytes, tested), { status, headers })
  const bytes = new Uint8Array(await answer.arrayBuffer())
  if (bytes.length <= maxBytes) return new Response(bytes, { status, headers })
  const { incoming, outgoing } = tested.env
  tested.noteCut()
  // Only once all is sent that shall be; left open, the connection would make its client wait for the rest.
  outgoing.once('finish', () => incoming.socket.destroySoon())
  headers.set('content-length', String(bytes.length))
  return new Response(bytes.subarray(0, maxBytes), { status, headers })
}

/** Hands on `maxBytes`, then ends the connection, and not the body. */
function cutStream(body: ReadableStream<Uint8Array>, maxBytes: number, tested: TestedRequest): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let leftBytes = maxBytes
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (leftBytes === 0) {
          tested.noteCut()
          tested.env.incoming.socket.destroySoon()
          return
        }
        const { done, value } = await reader.read()
        if (done) return controller.close()
        const part = value.subarray(0, leftBytes)
        leftBytes -= part.length
        controller.enqueue(part)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
