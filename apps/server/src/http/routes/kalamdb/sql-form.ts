/**
 * `POST /v1/api/sql` as a multipart form: parts `sql`, `params`, `namespace_id`, and `file:<placeholder>` for each file (contract: HTTP, 4).
 *
 * Parts come in any order, each once. Files go to disk as they come.
 */
import type { IncomingMessage } from 'node:http'
import { FILE_NAME_LENGTH_MAX, FILES_PER_REQUEST_MAX, SQL_BODY_BYTES_MAX, SQL_FORM_BYTES_MAX } from '@logbrook/kafka/limits'
import type { Upload } from '@logbrook/sql/files/upload'
import type { FileReference } from '@logbrook/sql/protocol'
import { SqlError } from '@logbrook/sql/sql-error'
import { readForm } from '../../multipart/read-form.ts'
import type { FormFile } from '../../multipart/read-form.ts'

/** What the parts say; the texts are still to be read. */
export interface SqlForm {
  readonly sql: string | undefined
  readonly params: string | undefined
  readonly namespace_id: string | undefined
  /** By placeholder. */
  readonly files: Readonly<Record<string, FileReference>>
}

const FIELDS = ['sql', 'params', 'namespace_id'] as const
const FILE_PREFIX = 'file:'
const PLACEHOLDER_LENGTH_MAX = 255
const MIME = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/
const MIME_OTHERWISE = 'application/octet-stream'

/** @throws SqlError INVALID_INPUT, FILE_TOO_LARGE, TOO_MANY_FILES, INVALID_MIME_TYPE; KafkaError, RequestAborted as of any body */
export async function readSqlForm(incoming: IncomingMessage, upload: Upload): Promise<SqlForm> {
  const texts = new Map<string, string>()
  const files = new Map<string, FileReference | null>()

  async function take(name: string, { filename, mime, bytes }: FormFile): Promise<void> {
    const placeholder = name.slice(FILE_PREFIX.length)
    assertPlaceholder(placeholder, files.has(placeholder))
    if (files.size === FILES_PER_REQUEST_MAX) throw tooManyFiles()
    files.set(placeholder, null)
    files.set(placeholder, await upload.receive({ name: fileName(filename, placeholder), mime: mimeOf(mime, name), bytes }))
  }

  await readForm(incoming, {
    maxBytes: SQL_FORM_BYTES_MAX,
    fieldBytesMax: SQL_BODY_BYTES_MAX,
    partsMax: FIELDS.length + FILES_PER_REQUEST_MAX + 1,
    isFile: (name) => name.startsWith(FILE_PREFIX),
    field(name, text, isCut) {
      assertField(name, texts.has(name))
      if (isCut) throw invalid(`part ${name} is larger than ${SQL_BODY_BYTES_MAX} bytes, which is the limit`)
      texts.set(name, text)
    },
    file: take,
  })
  return {
    sql: texts.get('sql'),
    params: texts.get('params'),
    namespace_id: texts.get('namespace_id'),
    files: Object.fromEntries(files) as Record<string, FileReference>,
  }
}

function assertField(name: string, isThere: boolean): void {
  if (!(FIELDS as readonly string[]).includes(name)) {
    throw invalid(`unknown part ${JSON.stringify(name)}; there are ${FIELDS.join(', ')}, and ${FILE_PREFIX}<placeholder> for files`)
  }
  if (isThere) throw invalid(`part ${name} is there more than once`)
}

function assertPlaceholder(placeholder: string, isThere: boolean): void {
  if (placeholder === '') throw invalid(`a part ${FILE_PREFIX} has no placeholder behind the colon`)
  if (placeholder.length > PLACEHOLDER_LENGTH_MAX)
    throw invalid(`a placeholder is longer than ${PLACEHOLDER_LENGTH_MAX} characters, which is the limit`)
  if (isThere) throw invalid(`part ${FILE_PREFIX}${placeholder} is there more than once`)
}

function fileName(filename: string, placeholder: string): string {
  const name = filename === '' ? placeholder : filename
  if (name.length > FILE_NAME_LENGTH_MAX) throw invalid(`a file's name is ${name.length} characters; the limit is ${FILE_NAME_LENGTH_MAX}`)
  return name
}

function mimeOf(mime: string, part: string): string {
  if (mime === '') return MIME_OTHERWISE
  if (MIME.test(mime)) return mime
  throw new SqlError(
    'INVALID_MIME_TYPE',
    'invalid-operation',
    `part ${JSON.stringify(part)} has a Content-Type that is none: ${JSON.stringify(mime)}`,
  )
}

function tooManyFiles(): SqlError {
  return new SqlError('TOO_MANY_FILES', 'invalid-operation', `a request brings at most ${FILES_PER_REQUEST_MAX} files`)
}

function invalid(text: string): SqlError {
  return new SqlError('INVALID_INPUT', 'invalid-operation', text)
}
