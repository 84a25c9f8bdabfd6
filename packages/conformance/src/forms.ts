/** Forms with SQL and files, as KalamDB's clients write them, and where those files are found (contract: HTTP, 4 and 5). */
import { AssertionError } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Request } from './case.ts'
import { mismatches, Rule } from './match.ts'
import type { Pattern } from './match.ts'
import type { Names } from './names.ts'
import type { Conversation, Speaker } from './statements.ts'

export interface GivenFile {
  /** As its sender calls it. */
  readonly name: string
  readonly content: string | Uint8Array
  /** None is said where there is none. */
  readonly type?: string
}

export interface Form {
  readonly sql?: string
  readonly params?: string
  readonly namespace_id?: string
  /** By placeholder. */
  readonly files?: Readonly<Record<string, GivenFile>>
}

const BOUNDARY = '----frontier'

/** In the order in which clients send them. Placeholders are filled in texts, not in files. */
export function formOf(names: Names, { files = {}, ...texts }: Form): Pick<Request, 'body' | 'headers'> {
  const parts: Uint8Array[] = []
  for (const [name, text] of Object.entries(texts)) parts.push(...part(`name="${name}"`, names(text)))
  for (const [placeholder, { name, content, type }] of Object.entries(files)) {
    const typeLine = type === undefined ? '' : `\r\nContent-Type: ${type}`
    parts.push(...part(`name="file:${placeholder}"; filename="${name.replaceAll('"', '\\"')}"${typeLine}`, content))
  }
  const body = Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)])
  return { headers: { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` }, body: () => body }
}

function part(disposition: string, content: string | Uint8Array): readonly Uint8Array[] {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`
  return [Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')]
}

/** What a cell of a FILE column holds. */
export interface FileReference {
  readonly id: string
  readonly sub: string
  readonly name: string
  readonly size: number
  readonly mime: string
  readonly sha256: string
}

const ANY_ID = new Rule('the id of a file', (id) => typeof id === 'string' && /^[\w-]+$/.test(id))
const ANY_SUBFOLDER = new Rule('f and four digits', (sub) => typeof sub === 'string' && /^f\d{4}$/.test(sub))

function referenceTo({ name, content, type = 'application/octet-stream' }: GivenFile): Pattern {
  const bytes = Buffer.from(content)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { id: ANY_ID, sub: ANY_SUBFOLDER, name, size: bytes.length, mime: type, sha256 }
}

/** The only cell that the statement answers, which has to be a reference to that file: an object, or its text. */
export async function referenceIn(
  { rowsOf }: Conversation,
  [speaker, sql, file]: readonly [speaker: Speaker, sql: string, file: GivenFile],
): Promise<FileReference> {
  const cell = (await rowsOf(speaker, sql))[0]?.[0]
  const reference: unknown = typeof cell === 'string' ? JSON.parse(cell) : cell
  const lines = mismatches(referenceTo(file), reference)
  if (lines.length > 0) throw new AssertionError({ message: [sql, ...lines].join('\n  ') })
  return reference as FileReference
}

export interface Download {
  /** In `$NS`. */
  readonly table?: string
  readonly namespace?: string
  /** The id alone unless said. */
  readonly storedName?: string
  /** With the question mark. */
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
}

export function downloadOf({ sub, id }: Pick<FileReference, 'sub' | 'id'>, asked: Download = {}): Request {
  const { namespace = '$NS', table = 't', storedName = id, query = '', headers = {} } = asked
  return { method: 'GET', path: `/v1/files/${namespace}/${table}/${sub}/${storedName}${query}`, headers }
}
