/** FILE columns: what forms bring, and what they are refused for (U1 to U4). */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { MIB } from '../bodies.ts'
import type { ConformanceCase } from '../case.ts'
import { formOf, referenceIn } from '../forms.ts'
import type { Form, GivenFile } from '../forms.ts'
import { cells, inserted, refused, updated, value } from '../statements.ts'
import { FILE_NOT_FOUND, fileCase, INSERT, NOTE, SHARED_TABLE, USER_TABLE } from '../stored-files.ts'

const FILE_BYTES_MAX = 25 * MIB
const FILES_PER_REQUEST_MAX = 20

const forms: readonly ConformanceCase[] = [
  fileCase({
    name: 'a form brings a file, whatever the case of FILE and whichever the quotes',
    proves: ['U1', 'U2'],
    first: [USER_TABLE],
    play: async ({ conversation, sends }) => {
      for (const [id, call] of ["FILE('doc')", 'FILE("doc")', "file('doc')", 'File ( "doc" )'].entries()) {
        await sends('user', { sql: `INSERT INTO $NS.t (id, doc) VALUES (${id}, ${call})`, files: { doc: NOTE } }, inserted(1))
        await referenceIn(conversation, ['user', `SELECT doc FROM $NS.t WHERE id = ${id}`, NOTE])
      }
    },
  }),
  fileCase({
    name: 'a form has parameters, a namespace and several files; a type that is not said is octet-stream',
    proves: ['U1', 'U2', 'Q1'],
    first: ['CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY, a FILE, b FILE, name TEXT)'],
    play: async ({ conversation, sends }) => {
      const [a, b] = [
        { name: 'a.txt', content: 'of a', type: 'text/plain' },
        { name: 'b', content: '' },
      ]
      const sql = "INSERT INTO t (id, a, b, name) VALUES ($1, FILE('a'), FILE('b'), $2)"
      await sends('user', { sql, params: '[9223372036854775807, "x"]', namespace_id: '$NS', files: { b, a } }, inserted(1))
      await conversation.says('user', 'SELECT id, name FROM $NS.t', cells(['9223372036854775807', 'x']))
      await referenceIn(conversation, ['user', 'SELECT a FROM $NS.t', a])
      await referenceIn(conversation, ['user', 'SELECT b FROM $NS.t', b])
    },
  }),
  fileCase({
    name: 'one statement stores files in several rows, and an UPDATE puts another in its place',
    proves: ['U1', 'U9'],
    first: [USER_TABLE],
    play: async ({ conversation, sends, gets }) => {
      const other = { name: 'other.txt', content: 'another', type: 'text/plain' }
      const sql = "INSERT INTO $NS.t (id, doc) VALUES (1, FILE('a')), (2, FILE('b')), (3, NULL)"
      await sends('user', { sql, files: { a: NOTE, b: other } }, inserted(2 + 1))
      const before = await referenceIn(conversation, ['user', 'SELECT doc FROM $NS.t WHERE id = 1', NOTE])
      await conversation.says('user', 'SELECT doc FROM $NS.t WHERE id = 3', value(null))
      await sends('user', { sql: "UPDATE $NS.t SET doc = FILE('b') WHERE id = 1", files: { b: other } }, updated(1))
      const after = await referenceIn(conversation, ['user', 'SELECT doc FROM $NS.t WHERE id = 1', other])
      await gets('user', before, FILE_NOT_FOUND)
      await gets('user', after, { status: 200, body: 'another' })
    },
  }),
  fileCase({
    name: 'a form without files is a request like any other',
    proves: ['U1'],
    first: [USER_TABLE],
    play: async ({ sends }) => {
      await sends('user', { sql: 'SELECT $1 AS one', params: '[1]' }, value('1'))
      await sends('user', { sql: 'INSERT INTO t (id) VALUES (1)', namespace_id: '$NS' }, inserted(1))
    },
  }),
]

const many = (count: number): Readonly<Record<string, GivenFile>> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, { name: `${i}.txt`, content: String(i), type: 'text/plain' }]))

function insertOf(count: number): string {
  return `INSERT INTO $NS.t (id, doc) VALUES ${Array.from({ length: count }, (_, i) => `(${i}, FILE('f${i}'))`).join()}`
}

const REFUSED: readonly (readonly [what: string, form: Form, code: string])[] = [
  ['a placeholder without its part', { sql: INSERT }, 'MISSING_FILE'],
  ['a part without its placeholder', { sql: INSERT, files: { doc: NOTE, more: NOTE } }, 'EXTRA_FILE'],
  ['several statements', { sql: `${INSERT}; SELECT 1`, files: { doc: NOTE } }, 'INVALID_INPUT'],
  ['a table that there is not', { sql: "INSERT INTO $NS.none (id, doc) VALUES (1, FILE('doc'))", files: { doc: NOTE } }, 'TABLE_NOT_FOUND'],
  [
    'a statement that fails',
    { sql: "INSERT INTO $NS.t (id, doc) VALUES (NULL, FILE('doc'))", files: { doc: NOTE } },
    'SQL_EXECUTION_ERROR',
  ],
  ['a column that is none of files', { sql: "INSERT INTO $NS.t (id) VALUES (FILE('doc'))", files: { doc: NOTE } }, 'SQL_EXECUTION_ERROR'],
  ['no statement', { files: { doc: NOTE } }, 'INVALID_INPUT'],
  ['parameters that are no JSON', { sql: INSERT, params: '[', files: { doc: NOTE } }, 'INVALID_INPUT'],
  ['parameters that are no list', { sql: INSERT, params: '{}', files: { doc: NOTE } }, 'INVALID_INPUT'],
  ['parameters that are no values', { sql: INSERT, params: '[[]]', files: { doc: NOTE } }, 'INVALID_PARAMETER'],
  ['a type that is none', { sql: INSERT, files: { doc: { ...NOTE, type: 'text/<plain>' } } }, 'INVALID_MIME_TYPE'],
  ['a file more than there may be', { sql: insertOf(FILES_PER_REQUEST_MAX + 1), files: many(FILES_PER_REQUEST_MAX + 1) }, 'TOO_MANY_FILES'],
]

const refusals: readonly ConformanceCase[] = [
  ...REFUSED.map(([what, form, code]) =>
    fileCase({
      name: `refused, and nothing is stored: ${what}`,
      proves: ['U3', ...(code === 'TOO_MANY_FILES' ? (['U4'] as const) : [])],
      first: [USER_TABLE],
      play: async ({ conversation, sends, stores }) => {
        await sends('user', form, refused(code))
        await conversation.says('user', 'SELECT id FROM $NS.t', cells())
        await stores('user')
      },
    }),
  ),
  fileCase({
    name: 'FILE is for forms',
    proves: ['U3'],
    first: [USER_TABLE],
    play: async ({ conversation }) => {
      await conversation.says('user', INSERT, refused('INVALID_INPUT', 'FILE placeholders require multipart/form-data'))
      await conversation.says('user', 'SELECT id FROM $NS.t', cells())
    },
  }),
  fileCase({
    name: 'who may not write into a table may bring no file to it',
    proves: ['U3', 'U7'],
    first: [SHARED_TABLE],
    play: async ({ conversation, sends }) => {
      await sends('user', { sql: INSERT, files: { doc: NOTE } }, refused('PERMISSION_DENIED'))
      await conversation.says('dba', 'SELECT id FROM $NS.t', cells())
    },
  }),
  fileCase({
    name: 'a form that is cut off or is none is refused',
    proves: ['U3'],
    first: [USER_TABLE],
    play: async ({ conversation, scene, stores }) => {
      const { headers = {}, body } = formOf(scene.names, { sql: INSERT, files: { doc: NOTE } })
      const bytes = (body as () => Uint8Array)()
      for (const length of [bytes.length - 10, bytes.length / 2, 0].map(Math.floor)) {
        await conversation.sends('user', { headers, body: () => bytes.subarray(0, length) }, refused('INVALID_INPUT'))
      }
      await conversation.sends('user', { headers: { 'Content-Type': 'multipart/form-data' }, body: () => bytes }, refused('INVALID_INPUT'))
      await stores('user')
    },
  }),
]

const limits: readonly ConformanceCase[] = [
  fileCase({
    name: `a request brings up to ${FILES_PER_REQUEST_MAX} files`,
    proves: ['U4'],
    first: [USER_TABLE],
    play: async ({ conversation, sends }) => {
      await sends('user', { sql: insertOf(FILES_PER_REQUEST_MAX), files: many(FILES_PER_REQUEST_MAX) }, inserted(FILES_PER_REQUEST_MAX))
      await referenceIn(conversation, [
        'user',
        'SELECT doc FROM $NS.t WHERE id = 19',
        { name: '19.txt', content: '19', type: 'text/plain' },
      ])
    },
  }),
  fileCase({
    name: 'a file has up to 25 MiB, and comes back as it was; one byte more is refused',
    proves: ['U4', 'U5'],
    first: [USER_TABLE],
    play: async ({ conversation, sends, stores, gets }) => {
      const content = randomBytes(FILE_BYTES_MAX)
      const reference = await stores('user', { name: 'large.bin', content })
      const body = await gets('user', reference, { status: 200, headers: { 'Content-Length': String(FILE_BYTES_MAX) } })
      assert.ok(body.equals(content), 'the file is another one')
      const larger = { name: 'larger.bin', content: Buffer.alloc(FILE_BYTES_MAX + 1) }
      await sends('user', { sql: "INSERT INTO $NS.t (id, doc) VALUES (2, FILE('doc'))", files: { doc: larger } }, refused('FILE_TOO_LARGE'))
      await conversation.says('user', 'SELECT id FROM $NS.t', cells(['1']))
    },
  }),
]

export const FILE_CASES: readonly ConformanceCase[] = [...forms, ...refusals, ...limits]
