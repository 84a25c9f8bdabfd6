/** Multipart forms over real sockets: what arrives whole, what is refused, and what is cut off. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { KafkaError } from '@logbrook/kafka/errors'
import { FORM_PART_HEADER_BYTES_MAX } from '@logbrook/kafka/limits'
import { RequestAborted } from '../src/http/body.ts'
import { readForm } from '../src/http/multipart/read-form.ts'
import type { FormFile, FormReader } from '../src/http/multipart/read-form.ts'

interface Reading {
  readonly fields: (readonly [name: string, text: string, isCut: boolean])[]
  readonly files: { readonly name: string; readonly filename: string; readonly mime: string; readonly text: string }[]
  /** Of takers of files. */
  readonly failures: unknown[]
  /** What became of the form; `null`: it was read. */
  readonly outcome: Promise<Error | null>
}

interface FormServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Of the next request. */
  next(): Promise<Reading>
}

/** Reads every request as a form, and answers when it is read. */
async function startFormServer(more: Partial<FormReader> = {}): Promise<FormServer> {
  const waiting: ((reading: Reading) => void)[] = []
  const server = createServer((incoming, outgoing) => {
    const reading = read(incoming, more)
    waiting.shift()?.(reading)
    void answer(reading, incoming, outgoing)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer({ outcome }: Reading, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const error = await outcome
  incoming.resume()
  outgoing.writeHead(error === null ? 200 : 400).end(error?.message)
}

function read(incoming: IncomingMessage, more: Partial<FormReader>): Reading {
  const reading = { fields: [], files: [], failures: [] } as unknown as Reading
  const outcome = readForm(incoming, {
    maxBytes: 1_000_000,
    fieldBytesMax: 1_000,
    partsMax: 10,
    isFile: (name) => name.startsWith('file:'),
    field: (...field) => void reading.fields.push(field),
    file: (name, file) => take(reading, name, file),
    ...more,
  })
  return Object.assign(reading, {
    outcome: outcome.then(
      () => null,
      (error: unknown) => error as Error,
    ),
  })
}

async function take({ files, failures }: Reading, name: string, { filename, mime, bytes }: FormFile): Promise<void> {
  const parts: Uint8Array[] = []
  try {
    for await (const chunk of bytes) parts.push(chunk)
  } catch (error) {
    failures.push(error)
    throw error
  }
  files.push({ name, filename, mime, text: Buffer.concat(parts).toString() })
}

async function send(server: FormServer, body: FormData | string, headers: Record<string, string> = {}): Promise<Reading> {
  const next = server.next()
  await fetch(server.url, { method: 'POST', body, headers }).then((response) => response.text())
  return await next
}

const MULTIPART = { 'content-type': 'multipart/form-data; boundary=edge' }

function part(disposition: string, text: string): string {
  return `--edge\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${text}\r\n`
}

test('parts in any order, with names in raw UTF-8 and without folders', async () => {
  await using server = await startFormServer()
  const form = new FormData()
  form.set('file:a', new File(['one'], 'Ünïcode Ω.txt', { type: 'text/plain' }))
  form.set('sql', 'SELECT 1')
  form.set('file:b', new File(['two'], 'C:\\fakepath\\b.bin'))
  const { fields, files } = await send(server, form)
  assert.deepEqual(fields, [['sql', 'SELECT 1', false]])
  assert.deepEqual(files, [
    { name: 'file:a', filename: 'Ünïcode Ω.txt', mime: 'text/plain', text: 'one' },
    { name: 'file:b', filename: 'b.bin', mime: 'application/octet-stream', text: 'two' },
  ])
})

test('a part is a file by its name, whether or not it has a file name or a type, and no other part is', async () => {
  await using server = await startFormServer()
  const body = `${part('name="file:a"', 'one')}${part('name="sql"; filename="x.sql"', 'two')}--edge--\r\n`
  const { fields, files } = await send(server, body, MULTIPART)
  assert.deepEqual(fields, [['sql', 'two', false]])
  assert.deepEqual(files, [{ name: 'file:a', filename: '', mime: '', text: 'one' }])
})

test('what looks like the edge of a part, but is not, stays in it', async () => {
  await using server = await startFormServer()
  const text = '\r\n--edg\r\n--edg e\r\n-\r\n--'
  const { files } = await send(server, `${part('name="file:a"', text)}--edge--`, MULTIPART)
  assert.equal(files[0]!.text, text)
})

describe('limits', () => {
  test('the whole body, announced or not', async () => {
    const body = `${part('name="file:a"', 'x'.repeat(500))}--edge--`
    await using exact = await startFormServer({ maxBytes: body.length })
    assert.equal(await (await send(exact, body, MULTIPART)).outcome, null)
    await using less = await startFormServer({ maxBytes: body.length - 1 })
    assert.ok(await isRefused(await send(less, body, MULTIPART), 'PAYLOAD_TOO_LARGE'))
    const next = less.next()
    const chunked = new Blob([body]).stream()
    await fetch(less.url, { method: 'POST', body: chunked, duplex: 'half', headers: MULTIPART })
    const reading = await next
    assert.ok(await isRefused(reading, 'PAYLOAD_TOO_LARGE'))
  })

  test('a field is cut, and says so', async () => {
    await using server = await startFormServer({ fieldBytesMax: 3 })
    const { fields } = await send(server, `${part('name="a"', 'xxx')}${part('name="b"', 'xxxx')}--edge--`, MULTIPART)
    assert.deepEqual(fields, [
      ['a', 'xxx', false],
      ['b', 'xxx', true],
    ])
  })

  test('parts, those that say nothing among them', async () => {
    await using server = await startFormServer({ partsMax: 2 })
    const nothing = '--edge\r\n\r\nnothing\r\n'
    assert.equal(await (await send(server, `${nothing}${part('name="a"', '1')}--edge--`, MULTIPART)).outcome, null)
    assert.ok(await isRefused(await send(server, `${nothing}${nothing}${part('name="a"', '1')}--edge--`, MULTIPART), 'INVALID_REQUEST'))
  })

  test('what describes a part is cut', async () => {
    await using server = await startFormServer()
    const short = 'a'.repeat(FORM_PART_HEADER_BYTES_MAX - 100)
    const long = 'a'.repeat(FORM_PART_HEADER_BYTES_MAX)
    const { fields } = await send(server, `${part(`name="${short}"`, '1')}${part(`name="${long}"`, '1')}--edge--`, MULTIPART)
    const lengths = fields.map(([name]) => name.length)
    assert.equal(lengths[0], short.length)
    assert.ok(lengths[1]! < FORM_PART_HEADER_BYTES_MAX)
  })
})

describe('no form that can be read', () => {
  const cases: readonly (readonly [what: string, body: string, type: string])[] = [
    ['no boundary', `${part('name="a"', '1')}--edge--`, 'multipart/form-data'],
    ['nothing', '', MULTIPART['content-type']],
    ['no edge at its end', part('name="a"', '1'), MULTIPART['content-type']],
    ['a file without its end', '--edge\r\nContent-Disposition: form-data; name="file:a"\r\n\r\nhalf of', MULTIPART['content-type']],
    ['text', 'SELECT 1', MULTIPART['content-type']],
  ]
  for (const [what, body, type] of cases) {
    test(what, async () => {
      await using server = await startFormServer()
      assert.ok(await isRefused(await send(server, body, { 'content-type': type }), 'INVALID_REQUEST'))
    })
  }
})

test('one who fails to take a file, or a field, refuses the form', async () => {
  const refusal = new Error('not this one')
  await using fileServer = await startFormServer({ file: () => Promise.reject(refusal) })
  const body = `${part('name="file:a"', 'x'.repeat(500_000))}${part('name="sql"', '1')}--edge--`
  assert.equal(await (await send(fileServer, body, MULTIPART)).outcome, refusal)
  await using fieldServer = await startFormServer({
    field() {
      throw refusal
    },
  })
  assert.equal(await (await send(fieldServer, body, MULTIPART)).outcome, refusal)
})

test('a sender that hangs up in the middle of a file: its taker is told, then the caller', async () => {
  await using server = await startFormServer()
  const next = server.next()
  const socket = connect(server.port, '127.0.0.1')
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Type: ${MULTIPART['content-type']}\r\nContent-Length: 500000\r\n\r\n`)
  socket.write(`--edge\r\nContent-Disposition: form-data; name="file:a"\r\n\r\n${'x'.repeat(100_000)}`)
  const reading = await next
  socket.destroy()
  assert.ok((await reading.outcome) instanceof RequestAborted)
  assert.ok(reading.failures[0] instanceof RequestAborted)
})

async function isRefused({ outcome }: Reading, error: string): Promise<boolean> {
  const refusal = await outcome
  return refusal instanceof KafkaError && refusal.error === error
}
