/** A server on a port, and connections that send it bytes as no HTTP library would. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export interface RawServer extends AsyncDisposable {
  /** A connection that tolerates resets: what has come before them is what counts. */
  connect(): Socket
}

export async function startRawServer(take: (incoming: IncomingMessage, outgoing: ServerResponse) => void): Promise<RawServer> {
  const server = createServer(take)
  const sockets = new Set<Socket>()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    connect() {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
      socket.on('error', () => {})
      sockets.add(socket)
      return socket
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

/** A request's head, up to and with the empty line. */
export function head(headers: Readonly<Record<string, string | number>>, method = 'POST'): string {
  const lines = Object.entries({ Host: 'test', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} / HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** A body in the framing of `Transfer-Encoding: chunked`. */
export function chunked(chunks: readonly Buffer[]): Buffer {
  const framed = chunks
    .filter(({ length }) => length > 0)
    .flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, CRLF])
  return Buffer.concat([...framed, Buffer.from('0\r\n\r\n')])
}

const CRLF = Buffer.from('\r\n')
