/** `GET /v1/files/{namespace}/{table}/{subfolder}/{file_id}`: a file of a FILE column, whole or in part (contract: HTTP, 5). */
import { SqlError } from '@logbrook/sql/sql-error'
import type { OpenFile } from '@logbrook/sql/files/file-store'
import { getMimeType } from 'hono/utils/mime'
import { byteRangeOf } from '../../byte-range.ts'
import type { App, Bindings, RequestContext, RouteContext } from '../../context.ts'
import { fileBody } from '../../file-body.ts'
import { queryOf } from '../../request.ts'
import { bearerCaller } from './bearer.ts'
import { sqlCallerOf } from './sql.ts'

export function registerFiles(app: App, context: RouteContext): void {
  app.get('/v1/files/:namespace/:table/:subfolder/:file', async (c) => {
    const caller = sqlCallerOf(await bearerCaller(c.env, context))
    const { files } = await context.sql.open()
    try {
      const file = await files.open({ caller, ...namedIn(c), userId: queryOf(c.env).get('user_id') })
      return file === null ? notFound({ error: 'File not found', code: 'FILE_NOT_FOUND' }) : await answerFile(c.env, file)
    } catch (error) {
      if (error instanceof SqlError && error.code === 'TABLE_NOT_FOUND') return notFound({ error: error.message })
      throw error
    }
  })
}

/** @throws SqlError INVALID_INPUT */
function namedIn(c: RequestContext) {
  const { namespace = '', table = '', subfolder = '', file: name = '' } = c.req.param()
  if (!/^f\d{4}$/.test(subfolder)) throw invalidPath(`subfolder ${JSON.stringify(subfolder)} is not the letter f and four digits`)
  if (!/^[\w-]+(?:\.[\w-]+)*$/.test(name)) throw invalidPath(`${JSON.stringify(name)} is the name of no file`)
  return { namespace: namespace.toLowerCase(), table: table.toLowerCase(), subfolder, name }
}

function invalidPath(problem: string): SqlError {
  return new SqlError('INVALID_INPUT', 'invalid-operation', `Invalid file path: ${problem}`)
}

function notFound(body: object): Response {
  return Response.json(body, { status: 404 })
}

async function answerFile({ incoming }: Bindings, { reference, handle }: OpenFile): Promise<Response> {
  const { size, sha256 } = reference
  const etag = `"${sha256}"`
  const headers = { ...HARMLESS, ETag: etag, 'Accept-Ranges': 'bytes' }
  const { 'if-none-match': known, 'if-range': condition, range: wanted } = incoming.headers
  const range = condition === undefined || condition === etag ? byteRangeOf(wanted, size) : null

  const answer = (status: number, more: Readonly<Record<string, string>>): Promise<Response> =>
    handle.close().then(() => new Response(null, { status, headers: { ...headers, ...more } }))
  if (known !== undefined && namesTag(known, etag)) return await answer(304, {})
  if (range === 'unsatisfiable') return await answer(416, { 'Content-Range': `bytes */${size}` })
  const { from, end } = range ?? { from: 0, end: size }
  const described = {
    'Content-Type': typeOf(reference),
    'Content-Disposition': dispositionOf(reference.name),
    'Content-Length': String(end - from),
    ...(range !== null && { 'Content-Range': `bytes ${from}-${end - 1}/${size}` }),
  }
  const status = range === null ? 200 : 206
  if (incoming.method === 'HEAD' || from === end) return await answer(status, described)
  return new Response(fileBody(handle, { from, end }), { status, headers: { ...headers, ...described } })
}

/** What came from a client does nothing in a browser but be shown, and is asked for again each time: who may have it can change. */
const HARMLESS = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cache-Control': 'private, no-cache',
}

function namesTag(header: string, etag: string): boolean {
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
}

/** As the name says; as its sender said where the name says nothing. */
function typeOf({ name, mime }: OpenFile['reference']): string {
  return getMimeType(name)?.split(';', 1)[0] ?? mime
}

/** A name that is not all ASCII is said a second time, in the form for such names (RFC 6266). */
function dispositionOf(name: string): string {
  // oxlint-disable-next-line no-control-regex -- which is what a header cannot hold
  const clean = name.replaceAll(/["\u0000-\u001f\u007f]/g, '')
  const ascii = clean.replaceAll(/[^ -~]+/g, '_')
  return `inline; filename="${ascii}"${ascii === clean ? '' : `; filename*=UTF-8''${encodeExtended(clean)}`}`
}

/** RFC 8187. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}
