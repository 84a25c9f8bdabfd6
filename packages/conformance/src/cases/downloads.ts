/** `GET /v1/files/…`: what is answered, to whom, and for how long (U5 to U10). */
import type { ConformanceCase, Exchange, Expectation } from '../case.ts'
import { downloadOf, referenceIn } from '../forms.ts'
import { ANY_TEXT } from '../match.ts'
import { ANY_DURATION, BAD_TOKEN, bearer, bearerRefused, login, NO_TOKEN, openSession } from '../sessions.ts'
import { deleted, DONE, inserted, updated } from '../statements.ts'
import type { Speaker } from '../statements.ts'
import { FILE_NOT_FOUND, fileCase, INSERT, NOTE, SHARED_TABLE, USER_TABLE } from '../stored-files.ts'
import { basicAuthorization } from '../target.ts'

const STEM_LENGTH_MAX = 50

/** A refusal in the words of SQL. */
function refusedWith(status: number, code: string): Expectation {
  return { status, json: { status: 'error', error: { code, message: ANY_TEXT }, results: [], took: ANY_DURATION } }
}

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
    first: [USER_TABLE],
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
    first: [USER_TABLE],
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
    first: [USER_TABLE],
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
    first: [USER_TABLE],
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
    first: [USER_TABLE],
    play: async ({ stores, gets }) => {
      const reference = await stores('user')
      for (const speaker of EVERYBODY) {
        const mayNameOthers = speaker === 'dba' || speaker === 'system'
        const query = '?user_id=$USER'
        await gets(speaker, reference, speaker === 'user' ? { status: 200, body: 'a note' } : FILE_NOT_FOUND)
        const named = speaker === 'user' || mayNameOthers ? { status: 200, body: 'a note' } : refusedWith(403, 'PERMISSION_DENIED')
        await gets(speaker, reference, named, { query })
      }
      await gets('dba', reference, FILE_NOT_FOUND, { query: '?user_id=$OTHER' })
      await gets('dba', reference, FILE_NOT_FOUND, { query: '?user_id=$NOBODY' })
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
    first: [USER_TABLE],
    play: async ({ conversation, sends, gets }) => {
      await sends('dba', { sql: `EXECUTE AS USER '$USER' (${INSERT})`, files: { doc: NOTE } }, inserted(1, { asUser: '$USER' }))
      const reference = await referenceIn(conversation, ['user', 'SELECT doc FROM $NS.t', NOTE])
      await gets('user', reference, { status: 200, body: 'a note' })
      await gets('dba', reference, FILE_NOT_FOUND)
    },
  }),
  fileCase({
    name: "a reference to another's file gives access to nothing",
    proves: ['U7'],
    first: [USER_TABLE],
    play: async ({ conversation, stores, gets }) => {
      const reference = await stores('user')
      for (const params of [[JSON.stringify(reference)], [JSON.stringify({ id: reference.id })]]) {
        await conversation.says('other', { sql: 'INSERT INTO $NS.t (id, doc) VALUES (1, $1)', params }, 'anything')
        await gets('other', reference, FILE_NOT_FOUND)
      }
    },
  }),
  fileCase({
    name: 'a download takes a bearer token only',
    proves: ['U7', 'S16'],
    first: [USER_TABLE],
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
    first: [USER_TABLE],
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
    first: [USER_TABLE],
    play: async ({ stores, gets }) => {
      const { sub, id } = await stores('user')
      for (const none of ['9007199254740991', `${id}0`, 'a-name']) await gets('user', { sub, id: none }, FILE_NOT_FOUND)
      await gets('user', { sub: 'f9999', id }, FILE_NOT_FOUND)
      const noTable = { status: 404, json: { error: /^Table '.*none' not found$/ } }
      await gets('user', { sub, id }, noTable, { table: 'none' })
      await gets('user', { sub, id }, { status: 404, json: { error: /^Table '.*t' not found$/ } }, { namespace: '$NONE' })
    },
  }),
  fileCase({
    name: 'paths that are none, and tables that have no files',
    proves: ['U8'],
    first: [USER_TABLE, 'CREATE STREAM TABLE $NS.s (id BIGINT, doc TEXT) WITH (TTL_SECONDS = 3600)'],
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
    first: [SHARED_TABLE],
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
      await gets('user', files[0], FILE_NOT_FOUND)
      await conversation.says('dba', 'UPDATE $NS.t SET doc = NULL WHERE id = 1', updated(1))
      await gets('user', files[1], FILE_NOT_FOUND)
      await gets('user', files[2], { status: 200, body: 'a note' })
      await conversation.says('dba', 'ALTER TABLE $NS.t DROP COLUMN doc', DONE)
      for (const file of files) await gets('user', file, FILE_NOT_FOUND)
      await conversation.says('dba', 'DROP TABLE $NS.t', DONE)
      await gets('user', files[3], { status: 404, json: { error: ANY_TEXT } })
    },
  }),
]

export const DOWNLOAD_CASES: readonly ConformanceCase[] = [...downloads, ...access, ...absent]
