/** The floor of an intake: a bare node:http server that reads a body into one buffer and answers two bytes. */
import { createServer } from 'node:http'

const server = createServer((request, response) => {
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
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(`listening on http://127.0.0.1:${address.port}`)
})
process.on('SIGTERM', () => process.exit(0))
