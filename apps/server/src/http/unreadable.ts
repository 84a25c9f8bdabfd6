/**
 * What Node's HTTP parser cannot read gets a bare status, as Node itself would answer it, and its sender gets to see it: Node closes
 * the connection on what is still coming, which to a sender is a reset, after which the Datadog Agent sends the same again for ever.
 */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '@logbrook/kafka/clock'
import { DISCARD_MS_MAX } from '@logbrook/kafka/limits'

const STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}
const OTHERWISE = 400

/** Connections that have had their answer: the parser complains again of each piece that still comes. */
const answered = new WeakSet<Socket>()

/** Answers, unless an answer has `begun` on the connection, and takes in what still comes until the sender has seen it or its time is over. */
export function answerUnreadable(
  error: NodeJS.ErrnoException,
  socket: Socket,
  { clock, begun }: { readonly clock: Clock; readonly begun: boolean },
): void {
  if (answered.has(socket)) return
  answered.add(socket)
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status = STATUSES[error.code ?? ''] ?? OTHERWISE
  socket.end(begun ? '' : `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  const patience = clock.after(DISCARD_MS_MAX, () => socket.destroy())
  socket.once('close', () => patience.cancel())
  socket.once('end', () => socket.destroySoon())
  socket.resume()
}
