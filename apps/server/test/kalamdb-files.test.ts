/** FILE columns over a real port: forms up, files down, and what stays on the disk of all that goes wrong. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { FILE_BYTES_MAX, FILE_NAME_LENGTH_MAX, FILES_PER_REQUEST_MAX } from '@logbrook/kafka/limits'
import { eventually } from './broker-requests.ts'
import { startTestServer } from './own-api-server.ts'
import type { Answer, TestServer } from './own-api-server.ts'
import { startProcess } from './real-process.ts'
import { newSqlUploader, sqlUploader } from './sql-uploader.ts'
import type { SqlUploader } from './sql-uploader.ts'
import { temporaryDirectory } from './temporary-directory.ts'

interface FilesServer extends AsyncDisposable {
  readonly api: TestServer
  readonly dba: SqlUploader
  readonly dataDir: string
  /** Names of all stored files, also of those that are being received. */
  readonly onDisk: () => Promise<readonly string[]>
}

/** With a user table `docs` and a shared one, `shelf`. */
async function startFilesServer(): Promise<FilesServer> {
  await using opened = new AsyncDisposableStack()
  const { path: dataDir } = opened.use(await temporaryDirectory())
  const api = opened.use(await startTestServer({ location: { dataDir } }))
  const dba = await newSqlUploader(api.url, 'boss', 'dba')
  await dba.query('CREATE USER TABLE docs (id BIGINT PRIMARY KEY, doc FILE)')
  await dba.query("CREATE SHARED TABLE shelf (id BIGINT PRIMARY KEY, doc FILE) WITH (ACCESS_LEVEL = 'public')")
  const running = opened.move()
  return { api, dba, dataDir, onDisk: () => storedIn(dataDir), [Symbol.asyncDispose]: () => running.disposeAsync() }
}

async function storedIn(dataDir: string): Promise<readonly string[]> {
  const entries = await readdir(join(dataDir, 'files'), { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).toSorted()
}

/** What is removed is removed after the answer. */
async function leaves(at: Pick<FilesServer, 'onDisk'>, names: readonly string[]): Promise<void> {
  const expected = names.toSorted()
  assert.deepEqual(await eventually(at.onDisk, (found) => found.join() === expected.join()), expected)
}

interface Reference {
  readonly id: string
  readonly sub: string
  readonly name: string
  readonly size: number
  readonly mime: string
  readonly sha256: string
}

const INSERT = "INSERT INTO docs VALUES (1, FILE('doc'))"

function note(text = 'a note', name = 'My Note.txt', type = 'text/plain'): File {
  return new File([text], name, { type })
}

async function referenceIn(client: SqlUploader, table = 'docs', id = 1): Promise<Reference> {
  return (await client.query(`SELECT doc FROM ${table} WHERE id = ${id}`))[0]![0] as Reference
}

async function store(client: SqlUploader, file: Blob = note(), table = 'docs', id = 1): Promise<Reference> {
  const { status, body } = await client.upload(`INSERT INTO ${table} VALUES (${id}, FILE("doc"))`, { doc: file })
  assert.equal(status, 200, JSON.stringify(body))
  return await referenceIn(client, table, id)
}

interface Download {
  readonly table?: string
  readonly name?: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
}

function download(client: SqlUploader, { sub, id }: Pick<Reference, 'sub' | 'id'>, asked: Download = {}): Promise<Response> {
  const { table = 'docs', name = id, query = '', headers = {}, method = 'GET' } = asked
  const path = `/v1/files/default/${table}/${sub}/${name}${query}`
  return fetch(client.url + path, { method, headers: { authorization: client.authorization, ...headers } })
}

/** Written by hand: a part is what follows `Content-Disposition: form-data; `. */
function sendForm(at: FilesServer, parts: readonly string[], end = '--edge--'): Promise<Answer> {
  const body = parts.map((part) => `--edge\r\nContent-Disposition: form-data; ${part}\r\n`).join('') + end
  const headers = { authorization: at.dba.authorization, 'content-type': 'multipart/form-data; boundary=edge' }
  return at.api.ask('/v1/api/sql', { method: 'POST', body, headers })
}

function codeOf({ status, body }: Answer): readonly [status: number, code: string] {
  return [status, (body as { readonly error: { readonly code: string } }).error.code]
}

async function refusalOf(response: Response): Promise<readonly [status: number, code: string]> {
  return [response.status, ((await response.json()) as { readonly error: { readonly code: string } }).error.code]
}

test('a file goes into a row and comes back, by its stored name and by its id', async () => {
  await using at = await startFilesServer()
  const reference = await store(at.dba)
  const sha256 = createHash('sha256').update('a note').digest('hex')
  assert.deepEqual(reference, { id: reference.id, sub: 'f0001', name: 'My Note.txt', size: 6, mime: 'text/plain', sha256 })
  assert.deepEqual(await at.onDisk(), [`${reference.id}-my-note.txt`])
  for (const name of [`${reference.id}-my-note.txt`, reference.id]) {
    const response = await download(at.dba, reference, { name })
    assert.equal(response.status, 200)
    assert.equal(await response.text(), 'a note')
    const headers = ['content-type', 'content-length', 'content-disposition', 'etag', 'x-content-type-options', 'accept-ranges']
    assert.deepEqual(
      headers.map((header) => response.headers.get(header)),
      ['text/plain', '6', 'inline; filename="My Note.txt"', `"${sha256}"`, 'nosniff', 'bytes'],
    )
  }
})

test('a form with parameters, a namespace and several files, in any order', async () => {
  await using at = await startFilesServer()
  await at.dba.query('CREATE NAMESPACE other')
  await at.dba.query('CREATE USER TABLE other.pairs (id BIGINT PRIMARY KEY, a FILE, b FILE)')
  const { status, body } = await at.dba.upload(
    'INSERT INTO pairs VALUES ($1, file("a"), FILE(\'b\'))',
    { b: note('of b', 'b.bin', ''), a: note('of a', 'a') },
    { params: '[9223372036854775807]', namespace_id: 'other' },
  )
  assert.equal(status, 200, JSON.stringify(body))
  const [[id, a, b]] = (await at.dba.query('SELECT id, a, b FROM other.pairs')) as [[string, Reference, Reference]]
  assert.equal(id, '9223372036854775807')
  assert.deepEqual([a.name, a.mime, b.name, b.mime], ['a', 'text/plain', 'b.bin', 'application/octet-stream'])
  assert.deepEqual(await at.onDisk(), [`${a.id}-a.bin`, `${b.id}-b.bin`].toSorted())
})

test('a name that is no ASCII, and one that would break out of its header', async () => {
  await using at = await startFilesServer()
  const unicode = await store(at.dba, note('x', 'Ünïcode Ω file.tar.gz'))
  assert.deepEqual(await at.onDisk(), [`${unicode.id}-ncode-filetar.gz`])
  const response = await download(at.dba, unicode)
  assert.equal(
    response.headers.get('content-disposition'),
    `inline; filename="_n_code _ file.tar.gz"; filename*=UTF-8''${encodeURIComponent('Ünïcode Ω file.tar.gz')}`,
  )
  assert.equal(response.headers.get('content-type'), 'application/gzip')
  await response.body!.cancel()
  const raw = await sendForm(at, [
    `name="sql"\r\n\r\nINSERT INTO docs VALUES (2, FILE('doc'))`,
    'name="file:doc"; filename="a\\"b\u0007.html"\r\n\r\nx',
  ])
  assert.equal(raw.status, 200, JSON.stringify(raw.body))
  const evil = await referenceIn(at.dba, 'docs', 2)
  assert.equal(evil.name, 'a"b\u0007.html')
  const answer = await download(at.dba, evil)
  assert.equal(answer.headers.get('content-disposition'), 'inline; filename="ab.html"')
  assert.equal(answer.headers.get('content-security-policy'), "default-src 'none'; sandbox")
  await answer.body!.cancel()
})

test('an empty file', async () => {
  await using at = await startFilesServer()
  const empty = await store(at.dba, note(''))
  assert.equal(empty.size, 0)
  const response = await download(at.dba, empty)
  assert.deepEqual([response.status, response.headers.get('content-length'), await response.text()], [200, '0', ''])
})

describe('ranges', () => {
  const cases: readonly (readonly [range: string, status: number, text: string, contentRange: string | null])[] = [
    ['bytes=0-2', 206, '012', 'bytes 0-2/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-30', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=9-99', 206, '9', 'bytes 9-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=-0', 416, '', 'bytes */10'],
    ['bytes=5-2', 200, '0123456789', null],
    ['bytes=0-1,4-5', 200, '0123456789', null],
    ['lines=0-1', 200, '0123456789', null],
    ['bytes=-', 200, '0123456789', null],
  ]
  test('one is honoured, and what is none is not looked at', async () => {
    await using at = await startFilesServer()
    const reference = await store(at.dba, note('0123456789'))
    for (const [range, status, text, contentRange] of cases) {
      const response = await download(at.dba, reference, { headers: { range } })
      assert.deepEqual([response.status, await response.text(), response.headers.get('content-range')], [status, text, contentRange], range)
    }
  })

  test('only of the file that its reader knows', async () => {
    await using at = await startFilesServer()
    const reference = await store(at.dba, note('0123456789'))
    const etag = `"${reference.sha256}"`
    const ask = async (headers: Readonly<Record<string, string>>) => {
      const response = await download(at.dba, reference, { headers })
      return [response.status, await response.text()]
    }
    assert.deepEqual(await ask({ range: 'bytes=0-0', 'if-range': etag }), [206, '0'])
    assert.deepEqual(await ask({ range: 'bytes=0-0', 'if-range': '"another"' }), [200, '0123456789'])
    assert.deepEqual(await ask({ 'if-none-match': etag }), [304, ''])
    assert.deepEqual(await ask({ 'if-none-match': `W/"a", W/${etag}` }), [304, ''])
    assert.deepEqual(await ask({ 'if-none-match': '"another"' }), [200, '0123456789'])
  })

  test('HEAD says what GET would, and nothing more', async () => {
    await using at = await startFilesServer()
    const reference = await store(at.dba, note('0123456789'))
    const response = await download(at.dba, reference, { method: 'HEAD' })
    assert.deepEqual([response.status, response.headers.get('content-length'), await response.text()], [200, '10', ''])
  })
})

describe('who may have a file', () => {
  test('of a user table: its owner, and administrators who name them', async () => {
    await using at = await startFilesServer()
    const [ann, bob, worker] = await Promise.all([
      newSqlUploader(at.api.url, 'ann', 'user'),
      newSqlUploader(at.api.url, 'bob', 'user'),
      newSqlUploader(at.api.url, 'worker', 'service'),
    ])
    const reference = await store(ann)
    const status = async (client: SqlUploader, query = '') => (await download(client, reference, { query })).status
    assert.deepEqual([await status(ann), await status(ann, '?user_id=ann'), await status(at.dba, '?user_id=ann')], [200, 200, 200])
    assert.deepEqual([await status(bob), await status(at.dba), await status(at.dba, '?user_id=bob')], [404, 404, 404])
    assert.deepEqual([await status(bob, '?user_id=ann'), await status(worker, '?user_id=ann')], [403, 403])
  })

  test('of a shared table: who may read it', async () => {
    await using at = await startFilesServer()
    const ann = await newSqlUploader(at.api.url, 'ann', 'user')
    const open = await store(at.dba, note(), 'shelf')
    assert.equal((await download(ann, open, { table: 'shelf' })).status, 200)
    assert.deepEqual(await refusalOf(await download(at.dba, open, { table: 'shelf', query: '?user_id=boss' })), [400, 'INVALID_INPUT'])
    await at.dba.query('CREATE SHARED TABLE safe (id BIGINT PRIMARY KEY, doc FILE)')
    const kept = await store(at.dba, note(), 'safe')
    assert.deepEqual(await refusalOf(await download(ann, kept, { table: 'safe' })), [403, 'PERMISSION_DENIED'])
    assert.equal((await download(at.dba, kept, { table: 'safe' })).status, 200)
  })

  test('of a row that is written for another: that other', async () => {
    await using at = await startFilesServer()
    const ann = await newSqlUploader(at.api.url, 'ann', 'user')
    const { status, body } = await at.dba.upload(`EXECUTE AS USER 'ann' (${INSERT})`, { doc: note() })
    assert.equal(status, 200, JSON.stringify(body))
    const reference = await referenceIn(ann)
    assert.deepEqual([(await download(ann, reference)).status, (await download(at.dba, reference)).status], [200, 404])
  })

  test('with a token, and in no other way', async () => {
    await using at = await startFilesServer()
    const reference = await store(at.dba)
    const bare = await fetch(`${at.api.url}/v1/files/default/docs/${reference.sub}/${reference.id}`)
    assert.deepEqual(await refusalOf(bare), [401, 'MISSING_AUTHORIZATION'])
    const cookie = at.dba.authorization.replace('Bearer ', 'kalamdb_auth=')
    const byCookie = await fetch(`${at.api.url}/v1/files/default/docs/${reference.sub}/${reference.id}`, { headers: { cookie } })
    assert.equal(byCookie.status, 401)
  })
})

test('what is not there, and what cannot be', async () => {
  await using at = await startFilesServer()
  const reference = await store(at.dba)
  const none = await download(at.dba, { sub: 'f0001', id: '999999' })
  assert.deepEqual([none.status, await none.json()], [404, { error: 'File not found', code: 'FILE_NOT_FOUND' }])
  const noTable = await download(at.dba, reference, { table: 'none' })
  assert.deepEqual([noTable.status, await noTable.json()], [404, { error: "Table 'default.none' not found" }])
  for (const sub of ['f001', 'x0001', 'f00001', '..%2f']) {
    assert.deepEqual(await refusalOf(await download(at.dba, { sub, id: '1' })), [400, 'INVALID_INPUT'], sub)
  }
  for (const name of ['..%2f..%2flogbrook.db', '.%2e%2flock', 'a%00', '%ff', '1..txt']) {
    assert.deepEqual(await refusalOf(await download(at.dba, reference, { name })), [400, 'INVALID_INPUT'], name)
  }
  const system = await fetch(`${at.api.url}/v1/files/system/users/f0001/1`, { headers: { authorization: at.dba.authorization } })
  assert.deepEqual(await refusalOf(system), [400, 'INVALID_INPUT'])
})

describe('refused, and nothing is left', () => {
  interface Case {
    readonly sql: string
    readonly files: Readonly<Record<string, Blob>>
    readonly fields?: Readonly<Record<string, string>>
    readonly code: string
  }
  const many = Object.fromEntries(Array.from({ length: FILES_PER_REQUEST_MAX + 1 }, (_, index) => [`f${index}`, note()]))
  const cases: Readonly<Record<string, Case>> = {
    'a placeholder without its part': { sql: INSERT, files: {}, code: 'MISSING_FILE' },
    'a part without its placeholder': { sql: INSERT, files: { doc: note(), more: note() }, code: 'EXTRA_FILE' },
    'too many files': { sql: INSERT, files: many, code: 'TOO_MANY_FILES' },
    'a file that is too large': { sql: INSERT, files: { doc: new Blob([Buffer.alloc(FILE_BYTES_MAX + 1)]) }, code: 'FILE_TOO_LARGE' },
    'several statements': { sql: `SELECT 1; ${INSERT}`, files: { doc: note() }, code: 'INVALID_INPUT' },
    'a table that is not there': { sql: "INSERT INTO none VALUES (1, FILE('doc'))", files: { doc: note() }, code: 'TABLE_NOT_FOUND' },
    'a statement that fails': { sql: "INSERT INTO docs VALUES (NULL, FILE('doc'))", files: { doc: note() }, code: 'SQL_EXECUTION_ERROR' },
    'no SQL': { sql: 'INSERT INTO', files: { doc: note() }, code: 'EXTRA_FILE' },
    'a part that nobody knows': { sql: INSERT, files: { doc: note() }, fields: { avatar: 'x' }, code: 'INVALID_INPUT' },
    'parameters that are no JSON': { sql: INSERT, files: { doc: note() }, fields: { params: '[' }, code: 'INVALID_INPUT' },
    'parameters that are no values': { sql: INSERT, files: { doc: note() }, fields: { params: '[{}]' }, code: 'INVALID_PARAMETER' },
    'a name that is too long': { sql: INSERT, files: { doc: note('x', 'n'.repeat(FILE_NAME_LENGTH_MAX + 1)) }, code: 'INVALID_INPUT' },
  }
  test('each with its code', async () => {
    await using at = await startFilesServer()
    for (const [what, { sql, files, fields, code }] of Object.entries(cases)) {
      const answer = await at.dba.upload(sql, files, fields)
      assert.deepEqual(codeOf(answer), [400, code], `${what}: ${JSON.stringify(answer.body)}`)
      assert.deepEqual(await at.onDisk(), [], what)
    }
    assert.deepEqual(codeOf(await at.dba.post({ sql: INSERT })), [400, 'INVALID_INPUT'])
  })

  test('a file that no row took: an update of nothing', async () => {
    await using at = await startFilesServer()
    const { status } = await at.dba.upload("UPDATE docs SET doc = FILE('doc') WHERE id = 5", { doc: note() })
    assert.equal(status, 200)
    assert.deepEqual(await at.onDisk(), [])
  })

  test('a type that is none, and a form that ends too early', async () => {
    await using at = await startFilesServer()
    const disposition = 'name="file:doc"; filename="a"'
    assert.deepEqual(codeOf(await sendForm(at, [`${disposition}\r\nContent-Type: text/<plain>\r\n\r\nx`])), [400, 'INVALID_MIME_TYPE'])
    assert.deepEqual(codeOf(await sendForm(at, [`${disposition}\r\n\r\nx`], '')), [400, 'INVALID_INPUT'])
    assert.deepEqual(codeOf(await sendForm(at, [`${disposition}\r\n\r\nx`])), [400, 'INVALID_INPUT'])
    assert.deepEqual(await at.onDisk(), [])
  })
})

test('as many files as there may be, and one as large as it may be', async () => {
  await using at = await startFilesServer()
  const names = Array.from({ length: FILES_PER_REQUEST_MAX }, (_, index) => `f${index}`)
  const values = names.map((name, index) => `(${index}, FILE('${name}'))`).join(', ')
  const many = await at.dba.upload(`INSERT INTO docs VALUES ${values}`, Object.fromEntries(names.map((name) => [name, note(name)])))
  assert.equal(many.status, 200, JSON.stringify(many.body))
  assert.equal((await at.onDisk()).length, FILES_PER_REQUEST_MAX)
  const longest = 'n'.repeat(FILE_NAME_LENGTH_MAX)
  assert.equal((await store(at.dba, note('x', longest), 'docs', 99)).name, longest)
  const bytes = randomBytes(FILE_BYTES_MAX)
  const large = await store(at.dba, new Blob([bytes]), 'docs', 100)
  assert.equal(large.sha256, createHash('sha256').update(bytes).digest('hex'))
  assert.ok(Buffer.from(await (await download(at.dba, large)).arrayBuffer()).equals(bytes))
})

function named(...files: readonly Reference[]): readonly string[] {
  return files.map(({ id }) => `${id}-a.a`)
}

describe('a file goes', () => {
  test('with its row, with its cell, with its column and with its table', async () => {
    await using at = await startFilesServer()
    const [first, second, third] = [
      await store(at.dba, note('1', 'a.a'), 'shelf', 1),
      await store(at.dba, note('2', 'a.a'), 'shelf', 2),
      await store(at.dba, note('3', 'a.a'), 'shelf', 3),
    ]
    await leaves(at, named(first, second, third))
    await at.dba.query('DELETE FROM shelf WHERE id = 1')
    await leaves(at, named(second, third))
    assert.equal((await download(at.dba, first, { table: 'shelf' })).status, 404)
    const replaced = await at.dba.upload("UPDATE shelf SET doc = FILE('doc') WHERE id = 2", { doc: note('4', 'a.a') })
    assert.equal(replaced.status, 200)
    const fourth = await referenceIn(at.dba, 'shelf', 2)
    await leaves(at, named(third, fourth))
    await at.dba.query('UPDATE shelf SET doc = NULL WHERE id = 2')
    await leaves(at, named(third))
    await at.dba.query('ALTER TABLE shelf DROP COLUMN doc')
    await leaves(at, [])
    await store(at.dba)
    await at.dba.query('DROP TABLE docs')
    await leaves(at, [])
  })

  test('not when what took it away is taken back', async () => {
    await using at = await startFilesServer()
    const { id } = await store(at.dba)
    await at.dba.post({ sql: 'BEGIN; DELETE FROM docs; ROLLBACK' })
    await at.dba.post({ sql: 'BEGIN; DELETE FROM docs; INSERT INTO none VALUES (1); COMMIT' })
    await leaves(at, [`${id}-my-note.txt`])
    assert.equal((await referenceIn(at.dba)).id, id)
  })
})

test("a reference to another user's file gives access to nothing", async () => {
  await using at = await startFilesServer()
  const [ann, bob] = [await newSqlUploader(at.api.url, 'ann', 'user'), await newSqlUploader(at.api.url, 'bob', 'user')]
  const reference = await store(ann)
  for (const params of [[JSON.stringify(reference)], [JSON.stringify({ id: reference.id })]]) {
    const { status } = await bob.post({ sql: 'INSERT INTO docs VALUES (1, $1)', params })
    assert.equal(status, 400)
  }
  assert.deepEqual(await bob.query('SELECT id FROM docs'), [])
  assert.equal((await download(bob, reference)).status, 404)
  // Within one's own table it may be written back, as clients do that write whole rows.
  await ann.query('UPDATE docs SET doc = $1 WHERE id = 1', [JSON.stringify({ ...reference, name: 'x.html' })])
  assert.deepEqual(await referenceIn(ann), reference)
})

describe('a sender that is cut off', () => {
  test('in the middle of a file leaves nothing', async () => {
    await using at = await startFilesServer()
    await store(at.dba)
    const socket = connect(at.api.server.port, '127.0.0.1')
    const head = `POST /v1/api/sql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${at.dba.authorization}\r\n`
    socket.write(`${head}Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: 9000000\r\n\r\n`)
    socket.write(`--edge\r\nContent-Disposition: form-data; name="file:doc"\r\n\r\n${'x'.repeat(500_000)}`)
    await eventually(at.onDisk, (found) => found.length === 2)
    socket.destroy()
    await eventually(at.onDisk, (found) => found.length === 1)
  })

  test('with its broker leaves nothing once there is one again', async () => {
    await using directory = await temporaryDirectory()
    const args = ['--data-dir', directory.path, '--log-level', 'error']
    let stored: Reference
    {
      await using broker = await startProcess(args)
      const dba = await newSqlUploader(broker.url, 'boss', 'dba')
      await dba.query('CREATE USER TABLE docs (id BIGINT PRIMARY KEY, doc FILE)')
      stored = await store(dba)
      const socket = connect(Number(new URL(broker.url).port), '127.0.0.1')
      socket.on('error', () => {})
      socket.write(`POST /v1/api/sql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${dba.authorization}\r\n`)
      socket.write('Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: 9000000\r\n\r\n')
      socket.write(`--edge\r\nContent-Disposition: form-data; name="file:doc"\r\n\r\n${'x'.repeat(500_000)}`)
      await eventually(
        () => storedIn(directory.path),
        (found) => found.length === 2,
      )
      broker.kill('SIGKILL')
      await broker.ending
      socket.destroy()
    }
    await using broker = await startProcess(args)
    // Nobody has asked for anything yet.
    await leaves({ onDisk: () => storedIn(directory.path) }, [`${stored.id}-my-note.txt`])
    const response = await download(await sqlUploader(broker.url, 'boss'), stored)
    assert.equal(await response.text(), 'a note')
  })

  test(
    'a reader that leaves in the middle leaves no open file behind',
    { skip: process.platform === 'linux' ? false : 'counts in /proc' },
    async () => {
      await using at = await startFilesServer()
      const reference = await store(at.dba, new Blob([Buffer.alloc(FILE_BYTES_MAX)]))
      const openFiles = async () => {
        const links = await readdir('/proc/self/fd')
        const targets = await Promise.all(links.map((link) => readlink(`/proc/self/fd/${link}`).catch(() => '')))
        return targets.filter((target) => target.startsWith(join(at.dataDir, 'files'))).length
      }
      for (let reader = 0; reader < 5; reader++) {
        const socket = connect(at.api.server.port, '127.0.0.1')
        socket.write(
          `GET /v1/files/default/docs/${reference.sub}/${reference.id} HTTP/1.1\r\nHost: a\r\nAuthorization: ${at.dba.authorization}\r\n\r\n`,
        )
        await once(socket, 'data')
        socket.destroy()
      }
      await eventually(openFiles, (count) => count === 0)
    },
  )
})

test('one who is refused early can read the answer while still sending', async () => {
  await using at = await startFilesServer()
  const socket = connect(at.api.server.port, '127.0.0.1')
  const body = Buffer.alloc(FILE_BYTES_MAX + 10_000_000, 'x')
  const part = '--edge\r\nContent-Disposition: form-data; name="file:doc"\r\n\r\n'
  socket.write(`POST /v1/api/sql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${at.dba.authorization}\r\n`)
  socket.write(`Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: ${part.length + body.length}\r\n\r\n${part}`)
  socket.write(body)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  assert.match(answer.toString(), /^HTTP\/1\.1 400 [^]*FILE_TOO_LARGE/)
  socket.destroy()
  await leaves(at, [])
})
