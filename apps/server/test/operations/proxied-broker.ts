/** A broker behind a reverse proxy, and requests through it as from machines outside. */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { startProcess } from '../real-process.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { NAME, startReverseProxy } from './reverse-proxy.ts'
import type { ProxyKind } from './reverse-proxy.ts'

/** The one address from which alice may read. */
export const READABLE_FROM = '127.0.0.2'
export const OTHER_ADDRESS = '127.0.0.3'
export const ADMIN = 'admin:secret'
export const ALICE = 'alice:wonderland'

const TOPIC = { resource_type: 'TOPIC', resource_name: 'logs' }
const INIT = {
  topics: [{ name: 'logs', partitions: 1 }],
  users: [
    { name: 'alice', password: 'wonderland', role: 'user' },
    { name: 'admin', password: 'secret', role: 'dba' },
  ],
  acls: [
    { principal: 'User:alice', operation: 'WRITE', ...TOPIC },
    { principal: 'User:alice', operation: 'READ', ...TOPIC, host: READABLE_FROM },
  ],
}

interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** The address to connect from. */
  readonly from?: string
  /** `user:password` */
  readonly as?: string
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface ProxiedBroker extends AsyncDisposable {
  /** Name and port, as a URL has them. */
  readonly host: string
  readonly certificateFile: string
  /** How often the proxy has connected to the broker. */
  connections(): number
  /** The head of an answer whose body goes on. */
  begin(path: string, ask?: Ask): Promise<IncomingMessage>
  ask(path: string, ask?: Ask): Promise<Answer>
}

export async function startProxiedBroker(kind: ProxyKind): Promise<ProxiedBroker> {
  await using opened = new AsyncDisposableStack()
  const { path: directory } = opened.use(await temporaryDirectory())
  const initFile = join(directory, 'init.json')
  await writeFile(initFile, JSON.stringify(INIT))
  const guarded = ['--auth', 'required', '--acls', 'on', '--init-file', initFile]
  const broker = opened.use(await startProcess(['--memory', ...guarded, '--allowed-hosts', NAME, '--trusted-proxies', '127.0.0.1']))
  const relay = opened.use(await startRelay(Number(new URL(broker.url).port)))
  const { port, certificateFile } = opened.use(await startReverseProxy(kind, `127.0.0.1:${relay.port}`))
  const ca = await readFile(certificateFile)
  const host = `${NAME}:${port}`

  async function begin(path: string, { method = 'GET', headers = {}, body, from, as }: Ask = {}): Promise<IncomingMessage> {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      ca,
      servername: NAME,
      agent: false,
      method,
      path,
      headers: {
        host,
        // Node says it by itself only where a body is usual.
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        ...(as === undefined ? {} : { authorization: `Basic ${btoa(as)}` }),
        ...headers,
      },
      ...(from === undefined ? {} : { localAddress: from }),
    })
    const [answer] = (await once(outgoing.end(body), 'response')) as [IncomingMessage]
    // Who is refused early may still be sending when the connection is closed.
    outgoing.on('error', () => {})
    return answer
  }

  const running = opened.move()
  return {
    host,
    certificateFile,
    connections: relay.connections,
    begin,
    async ask(path, ask) {
      const answer = await begin(path, ask)
      return { status: answer.statusCode!, headers: answer.headers, body: await text(answer) }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

interface Relay extends AsyncDisposable {
  readonly port: number
  readonly connections: () => number
}

/** Passes bytes on, both ways, and counts who connects. */
async function startRelay(toPort: number): Promise<Relay> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections++
    const onward = connect(toPort, '127.0.0.1')
    pass(socket, onward)
    pass(onward, socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  function pass(one: Socket, other: Socket): void {
    sockets.add(one)
    one.pipe(other)
    one.on('error', () => other.destroy()).on('close', () => other.destroy())
  }

  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
