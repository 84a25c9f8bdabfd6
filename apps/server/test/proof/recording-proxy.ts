/** Stands between a sender and the broker, passes everything on and keeps what was sent, as it was sent. */
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

interface RecordedRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Still compressed, if it was. */
  readonly body: Buffer
  /** What the broker answered. */
  readonly answer: IncomingHttpHeaders
}

export interface RecordingProxy extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly RecordedRequest[]
}

export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const requests: RecordedRequest[] = []

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method, url: path = '', headers } = incoming
    const body = await buffer(incoming)
    const onward = request(target + path, { method, headers: { ...headers, host: new URL(target).host } })
    const [answer] = (await once(onward.end(body), 'response')) as [IncomingMessage]
    requests.push({ path, headers, body, answer: answer.headers })
    outgoing.writeHead(answer.statusCode!, answer.headers)
    answer.pipe(outgoing)
  }

  const server = createServer((incoming, outgoing) => void pass(incoming, outgoing).catch((error: Error) => outgoing.destroy(error)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
