/** A way to a broker that is cut, for a while leads nowhere, and then to that broker or to another. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface UnsteadyLink extends AsyncDisposable {
  readonly url: string
  /** Ends all connections, and each that comes while something happens elsewhere, which answers where it is to lead from then on. */
  cutWhile(what: () => Promise<string>): Promise<void>
}

export async function startUnsteadyLink(first: string): Promise<UnsteadyLink> {
  const sockets = new Set<Socket>()
  /** `null`: nowhere. */
  let target: string | null = first

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
    if (target === null) {
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
      target = null
      cut()
      target = await what()
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
