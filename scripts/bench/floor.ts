/**
 * The floors: bare node:http servers that do as little as a server can, started as `node floor.ts hello|sink|big`.
 *
 * - hello: two bytes, whatever is asked.
 * - sink: reads the body into one buffer, then answers two bytes; what an intake cannot beat.
 * - big: 1 MiB that is ready; what a fetch cannot beat.
 */
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'

const BIG = Buffer.alloc(1024 * 1024, 'a')

const FLOORS: Readonly<Record<string, RequestListener>> = {
  hello(_, response) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 })
    response.end('{}')
  },
  sink(request, response) {
    const body = Buffer.allocUnsafe(Number(request.headers['content-length'] ?? 0))
    let length = 0
    request.on('data', (chunk: Buffer) => {
      chunk.copy(body, length)
      length += chunk.length
    })
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 })
      response.end('{}')
    })
  },
  big(_, response) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': BIG.length })
    response.end(BIG)
  },
}

const server = createServer(FLOORS[process.argv[2] ?? ''])
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(`listening on http://127.0.0.1:${address.port}`)
})
process.on('SIGTERM', () => process.exit(0))
