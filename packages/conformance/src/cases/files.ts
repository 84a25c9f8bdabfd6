/** FILE columns: forms up, files down, and who may have them (U1 to U10). */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { MIB } from '../bodies.ts'
import type { ConformanceCase, Exchange, Expectation } from '../case.ts'
import { downloadBy, downloadOf, formOf, referenceIn, uploads } from '../forms.ts'
import type { Download, FileReference, Form, GivenFile } from '../forms.ts'
import { ANY_TEXT } from '../match.ts'
import type { Pattern } from '../match.ts'
import type { Scene } from '../scene.ts'
import { ANY_DURATION, BAD_TOKEN, bearer, bearerRefused, login, NO_TOKEN, openSession } from '../sessions.ts'
import { cells, deleted, DONE, inserted, refused, sqlCase, updated, value } from '../statements.ts'
import type { Answer, Conversation, Speaker } from '../statements.ts'
import { basicAuthorization } from '../target.ts'

const FILE_BYTES_MAX = 25 * MIB
const FILES_PER_REQUEST_MAX = 20
const STEM_LENGTH_MAX = 50

const TABLE = 'CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY, doc FILE)'
const SHARED = "CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, doc FILE) WITH (ACCESS_LEVEL = 'PUBLIC')"
const INSERT = "INSERT INTO $NS.t (id, doc) VALUES (1, FILE('doc'))"
const NOTE: GivenFile = { name: 'My Note.txt', content: 'a note', type: 'text/plain' }
const NOT_FOUND: Expectation = { status: 404, json: { error: 'File not found', code: 'FILE_NOT_FOUND' } }

/** A refusal in the words of SQL. */
function refusedWith(status: number, code: string, message: Pattern = ANY_TEXT): Expectation {
  return { status, json: { status: 'error', error: { code, message }, results: [], took: ANY_DURATION } }
}

interface FileScene {
  readonly conversation: Conversation
  readonly scene: Scene
  readonly sends: (speaker: Speaker, form: Form, answer: Answer) => Promise<void>
  /** Into `$NS.t`, under a key; and what its cell then is. */
  readonly stores: (speaker: Speaker, file?: GivenFile, id?: number) => Promise<FileReference>
  readonly gets: (speaker: Speaker, reference: Pick<FileReference, 'sub' | 'id'>, expect: Expectation, asked?: Download) => Promise<Buffer>
}

interface FileCase extends Omit<Parameters<typeof sqlCase>[0], 'play' | 'lines'> {
  readonly play: (at: FileScene) => Promise<void>
}

function fileCase({ play, ...more }: FileCase): ConformanceCase {
  const made = sqlCase({ ...more, play: (conversation, scene) => play(fileScene(conversation, scene)) })
  return { ...made, name: `files: ${more.name}` }
}

function fileScene(conversation: Conversation, scene: Scene): FileScene {
  const sends: FileScene['sends'] = (speaker, form, answer) => uploads(conversation, scene, [speaker, form, answer])
  return {
    conversation,
    scene,
    sends,
    async stores(speaker, file = NOTE, id = 1) {
      await sends(speaker, { sql: `INSERT INTO $NS.t (id, doc) VALUES (${id}, FILE('doc'))`, files: { doc: file } }, inserted(1))
      return await referenceIn(conversation, [speaker, `SELECT doc FROM $NS.t WHERE id = ${id}`, file])
    },
    async gets(speaker, reference, expect, asked = {}) {
      const request = await downloadBy(conversation, [speaker, reference, asked])
      return (await scene.exchange({ request, expect })).body
    },
  }
}

const forms: readonly ConformanceCase[] = [
  fileCase({
    name: 'a form brings a file, whatever the case of FILE and whichever the quotes',
    proves: ['U1', 'U2'],
    first: [TABLE],
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
    first: [TABLE],
    play: async ({ conversation, sends, gets }) => {
      const other = { name: 'other.txt', content: 'another', type: 'text/plain' }
      const sql = "INSERT INTO $NS.t (id, doc) VALUES (1, FILE('a')), (2, FILE('b')), (3, NULL)"
      await sends('user', { sql, files: { a: NOTE, b: other } }, inserted(2 + 1))
      const before = await referenceIn(conversation, ['user', 'SELECT doc FROM $NS.t WHERE id = 1', NOTE])
      await conversation.says('user', 'SELECT doc FROM $NS.t WHERE id = 3', value(null))
      await sends('user', { sql: "UPDATE $NS.t SET doc = FILE('b') WHERE id = 1", files: { b: other } }, updated(1))
      const after = await referenceIn(conversation, ['user', 'SELECT doc FROM $NS.t WHERE id = 1', other])
      await gets('user', before, NOT_FOUND)
      await gets('user', after, { status: 200, body: 'another' })
    },
  }),
  fileCase({
    name: 'a form without files is a request like any other',
    proves: ['U1'],
    first: [TABLE],
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
      first: [TABLE],
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
    first: [TABLE],
    play: async ({ conversation }) => {
      await conversation.says('user', INSERT, refused('INVALID_INPUT', 'FILE placeholders require multipart/form-data'))
      await conversation.says('user', 'SELECT id FROM $NS.t', cells())
    },
  }),
  fileCase({
    name: 'who may not write into a table may bring no file to it',
    proves: ['U3', 'U7'],
    first: [SHARED],
    play: async ({ conversation, sends }) => {
      await sends('user', { sql: INSERT, files: { doc: NOTE } }, refused('PERMISSION_DENIED'))
      await conversation.says('dba', 'SELECT id FROM $NS.t', cells())
    },
  }),
  fileCase({
    name: 'a form that is cut off or is none is refused',
    proves: ['U3'],
    first: [TABLE],
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
    first: [TABLE],
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
    first: [TABLE],
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

/** What a file is called, and what of that is in its stored name, behind the id. */
const STORED_NAMES: readonly (readonly [name: string, stored: string])[] = [
  ['My Document.pdf', '-my-document.pdf'],
  ['README', '-readme.bin'],
  ['a_b-c d.TXT', '-a-b-c-d.txt'],
  ['Ünïcode Ω file.tar.gz', '-ncode-filetar.gz'],
  ['a  __--b.txt', '-a-b.txt'],
  ['-x-.txt', '-x.txt'],
  ['???.pdf', '.pdf'],
  ['.hidden', '.hidden'],
  ['x.tenletters', '-x.tenletters'],
  ['x.elevenlette', '-x.bin'],
  ['x.t-t', '-x.bin'],
  [`${'n'.repeat(STEM_LENGTH_MAX + 1)}.txt`, `-${'n'.repeat(STEM_LENGTH_MAX)}.txt`],
  [`${'n'.repeat(STEM_LENGTH_MAX - 1)}--b.txt`, `-${'n'.repeat(STEM_LENGTH_MAX - 1)}.txt`],
]

const downloads: readonly ConformanceCase[] = [
  fileCase({
    name: 'a file is got by its stored name and by its id',
    proves: ['U5', 'U6'],
    first: [TABLE],
    play: async ({ stores, gets }) => {
      for (const [id, [name, stored]] of STORED_NAMES.entries()) {
        const reference = await stores('user', { name, content: name }, id)
        for (const storedName of [`${reference.id}${stored}`, reference.id]) {
          await gets('user', reference, { status: 200, body: name }, { storedName })
        }
      }
    },
  }),
  fileCase({
    name: 'a file is of the type that its name says, and to be shown',
    proves: ['U5'],
    first: [TABLE],
    play: async ({ stores, gets }) => {
      const shown: readonly (readonly [name: string, type: RegExp, disposition: string])[] = [
        ['My Note.txt', /^text\/plain(;|$)/, 'inline; filename="My Note.txt"'],
        ['photo.PNG', /^image\/png$/, 'inline; filename="photo.PNG"'],
        ['data.json', /^application\/json(;|$)/, 'inline; filename="data.json"'],
        ['unknown', /^application\/octet-stream$/, 'inline; filename="unknown"'],
        ['say "hi".txt', /^text\/plain(;|$)/, 'inline; filename="say hi.txt"'],
      ]
      for (const [id, [name, type, disposition]] of shown.entries()) {
        const reference = await stores('user', { name, content: 'x' }, id)
        await gets('user', reference, {
          status: 200,
          body: 'x',
          headers: { 'Content-Type': type, 'Content-Disposition': disposition, 'Content-Length': '1' },
        })
      }
    },
  }),
  fileCase({
    name: 'a range of a file',
    proves: ['U10'],
    first: [TABLE],
    play: async ({ stores, gets }) => {
      const reference = await stores('user', { name: 'digits.txt', content: '0123456789', type: 'text/plain' })
      for (const [range, body, contentRange] of [
        ['bytes=0-2', '012', 'bytes 0-2/10'],
        ['bytes=7-', '789', 'bytes 7-9/10'],
        ['bytes=-3', '789', 'bytes 7-9/10'],
        ['bytes=9-99', '9', 'bytes 9-9/10'],
      ] as const) {
        const headers = { 'Content-Range': contentRange, 'Content-Length': String(body.length) }
        await gets('user', reference, { status: 206, body, headers }, { headers: { Range: range } })
      }
      await gets('user', reference, { status: 416, headers: { 'Content-Range': 'bytes */10' } }, { headers: { Range: 'bytes=10-' } })
      await gets('user', reference, { status: 200, body: '0123456789' }, { headers: { Range: 'lines=1-2' } })
    },
  }),
  fileCase({
    name: 'an empty file',
    proves: ['U5', 'U2'],
    first: [TABLE],
    play: async ({ stores, gets }) => {
      const reference = await stores('user', { name: 'empty.txt', content: '', type: 'text/plain' })
      await gets('user', reference, { status: 200, body: '', headers: { 'Content-Length': '0' } })
    },
  }),
]

const EVERYBODY: readonly Speaker[] = ['user', 'other', 'service', 'dba', 'system']

const access: readonly ConformanceCase[] = [
  fileCase({
    name: 'a file of a USER table is for its user, and for administrators who name them',
    proves: ['U7'],
    first: [TABLE],
    play: async ({ stores, gets }) => {
      const reference = await stores('user')
      for (const speaker of EVERYBODY) {
        const mayNameOthers = speaker === 'dba' || speaker === 'system'
        const query = '?user_id=$USER'
        await gets(speaker, reference, speaker === 'user' ? { status: 200, body: 'a note' } : NOT_FOUND)
        const named = speaker === 'user' || mayNameOthers ? { status: 200, body: 'a note' } : refusedWith(403, 'PERMISSION_DENIED')
        await gets(speaker, reference, named, { query })
      }
      await gets('dba', reference, NOT_FOUND, { query: '?user_id=$OTHER' })
      await gets('dba', reference, NOT_FOUND, { query: '?user_id=$NOBODY' })
    },
  }),
  ...(
    [
      ['PUBLIC', EVERYBODY],
      ['PRIVATE', ['service', 'dba', 'system']],
      ['DBA', ['dba', 'system']],
    ] as const
  ).map(([level, readers]: readonly [string, readonly Speaker[]]) =>
    fileCase({
      name: `a file of a SHARED table of ACCESS_LEVEL ${level} is for those whom it admits`,
      proves: ['U7', 'U8'],
      first: [`CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, doc FILE) WITH (ACCESS_LEVEL = '${level}')`],
      play: async ({ stores, gets }) => {
        const reference = await stores('dba')
        for (const speaker of EVERYBODY) {
          const may = readers.includes(speaker)
          await gets(speaker, reference, may ? { status: 200, body: 'a note' } : refusedWith(403, 'PERMISSION_DENIED'))
        }
        await gets('dba', reference, refusedWith(400, 'INVALID_INPUT'), { query: '?user_id=$DBA' })
      },
    }),
  ),
  fileCase({
    name: 'a file of a row that is written as another is theirs',
    proves: ['U7'],
    first: [TABLE],
    play: async ({ conversation, sends, gets }) => {
      await sends('dba', { sql: `EXECUTE AS USER '$USER' (${INSERT})`, files: { doc: NOTE } }, inserted(1, { asUser: '$USER' }))
      const reference = await referenceIn(conversation, ['user', 'SELECT doc FROM $NS.t', NOTE])
      await gets('user', reference, { status: 200, body: 'a note' })
      await gets('dba', reference, NOT_FOUND)
    },
  }),
  fileCase({
    name: "a reference to another's file gives access to nothing",
    proves: ['U7'],
    first: [TABLE],
    play: async ({ conversation, stores, gets }) => {
      const reference = await stores('user')
      for (const params of [[JSON.stringify(reference)], [JSON.stringify({ id: reference.id })]]) {
        await conversation.says('other', { sql: 'INSERT INTO $NS.t (id, doc) VALUES (1, $1)', params }, 'anything')
        await gets('other', reference, NOT_FOUND)
      }
    },
  }),
  fileCase({
    name: 'a download takes a bearer token only',
    proves: ['U7', 'S16'],
    first: [TABLE],
    play: async ({ conversation, scene, stores }) => {
      const reference = await stores('user')
      const token = await conversation.tokenOf('user')
      const { refresh } = await openSession(scene, login('$USER'))
      const asked: readonly (readonly [headers: Readonly<Record<string, string>>, expect: Expectation])[] = [
        [{}, NO_TOKEN],
        [{ Cookie: `kalamdb_auth=${token}` }, NO_TOKEN],
        [{ Authorization: basicAuthorization({ user: scene.names('$USER'), password: 'x' }) }, BAD_TOKEN],
        [bearer('wrong'), BAD_TOKEN],
        [bearer(refresh), BAD_TOKEN],
        [bearer(token), { status: 200, body: 'a note' }],
      ]
      for (const [headers, expect] of asked)
        await scene.exchange({ request: downloadOf(reference, { headers }), expect } satisfies Exchange)
    },
  }),
  fileCase({
    name: 'a download looks at the user anew',
    proves: ['U7', 'S10'],
    first: [TABLE],
    play: async ({ scene, stores, gets }) => {
      const reference = await stores('user')
      await scene.administration.changeRole(scene.names('$USER'), 'service')
      await gets('user', reference, bearerRefused(401, 'INVALID_CREDENTIALS', 'Invalid credentials'))
    },
  }),
]

const absent: readonly ConformanceCase[] = [
  fileCase({
    name: 'a file that there is not, and a table that there is not',
    proves: ['U8'],
    first: [TABLE],
    play: async ({ stores, gets }) => {
      const { sub, id } = await stores('user')
      for (const none of ['9007199254740991', `${id}0`, 'a-name']) await gets('user', { sub, id: none }, NOT_FOUND)
      await gets('user', { sub: 'f9999', id }, NOT_FOUND)
      const noTable = { status: 404, json: { error: /^Table '.*none' not found$/ } }
      await gets('user', { sub, id }, noTable, { table: 'none' })
      await gets('user', { sub, id }, { status: 404, json: { error: /^Table '.*t' not found$/ } }, { namespace: '$NONE' })
    },
  }),
  fileCase({
    name: 'paths that are none, and tables that have no files',
    proves: ['U8'],
    first: [TABLE, 'CREATE STREAM TABLE $NS.s (id BIGINT, doc TEXT) WITH (TTL_SECONDS = 3600)'],
    play: async ({ stores, gets }) => {
      const { sub, id } = await stores('user')
      const invalid = refusedWith(400, 'INVALID_INPUT')
      for (const wrong of ['f001', 'f00001', 'x0001', 'F0001', 'f000a', '..%2f']) await gets('user', { sub: wrong, id }, invalid)
      for (const wrong of ['..%2f..%2fsql.db', '%2e%2e', `${id}%00`, '%ff', `${id}%5c..%5cx`])
        await gets('user', { sub, id: wrong }, invalid)
      await gets('user', { sub, id }, invalid, { table: 's' })
      await gets('dba', { sub, id }, invalid, { namespace: 'system', table: 'users' })
    },
  }),
  fileCase({
    name: 'a file goes with its row, its cell, its column and its table, and not when that is taken back',
    proves: ['U9'],
    first: [SHARED],
    play: async ({ conversation, stores, gets }) => {
      const files = [
        await stores('dba', NOTE, 0),
        await stores('dba', NOTE, 1),
        await stores('dba', NOTE, 2),
        await stores('dba', NOTE, 3),
      ] as const
      await conversation.says('dba', 'BEGIN; DELETE FROM $NS.t; ROLLBACK', DONE)
      for (const file of files) await gets('user', file, { status: 200, body: 'a note' })
      await conversation.says('dba', 'DELETE FROM $NS.t WHERE id = 0', deleted(1))
      await gets('user', files[0], NOT_FOUND)
      await conversation.says('dba', 'UPDATE $NS.t SET doc = NULL WHERE id = 1', updated(1))
      await gets('user', files[1], NOT_FOUND)
      await gets('user', files[2], { status: 200, body: 'a note' })
      await conversation.says('dba', 'ALTER TABLE $NS.t DROP COLUMN doc', DONE)
      for (const file of files) await gets('user', file, NOT_FOUND)
      await conversation.says('dba', 'DROP TABLE $NS.t', DONE)
      await gets('user', files[3], { status: 404, json: { error: ANY_TEXT } })
    },
  }),
]

export const FILE_CASES: readonly ConformanceCase[] = [...forms, ...refusals, ...limits, ...downloads, ...access, ...absent]
