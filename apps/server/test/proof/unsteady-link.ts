/** A way to a broker that is cut, and for a while leads nowhere. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface UnsteadyLink extends AsyncDisposable {
  readonly url: string
  /** Ends all connections, and each that comes while something happens elsewhere. */
  cutWhile(what: () => Promise<void>): Promise<void>
}

export async function startUnsteadyLink(target: string): Promise<UnsteadyLink> {
  const sockets = new Set<Socket>()
  let isCut = false

  function keep(socket: Socket, other: Socket): void {
    sockets.add(socket)
    socket.on('error', () => other.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      other.destroy()
    })
    socket.pipe(other)
  }

  const server = createServer((incoming) => {
    if (isCut) {
      incoming.on('error', () => {}).destroy()
      return
    }
    const { hostname, port } = new URL(target)
    const onward = connect(Number(port), hostname)
    keep(incoming, onward)
    keep(onward, incoming)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')

  function cut(): void {
    for (const socket of sockets) socket.destroy()
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async cutWhile(what) {
      isCut = true
      cut()
      await what()
      isCut = false
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
