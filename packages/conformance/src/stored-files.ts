/** Cases of files: who brings which by a form, and who gets them back. */
import type { ConformanceCase, Expectation } from './case.ts'
import { downloadOf, formOf, referenceIn } from './forms.ts'
import type { Download, FileReference, Form, GivenFile } from './forms.ts'
import type { Scene } from './scene.ts'
import { bearer } from './sessions.ts'
import { inserted, sqlCase } from './statements.ts'
import type { Answer, Conversation, Speaker, SqlCase } from './statements.ts'

export const USER_TABLE = 'CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY, doc FILE)'
export const SHARED_TABLE = "CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, doc FILE) WITH (ACCESS_LEVEL = 'PUBLIC')"
export const INSERT = "INSERT INTO $NS.t (id, doc) VALUES (1, FILE('doc'))"
export const FILE_NOT_FOUND: Expectation = { status: 404, json: { error: 'File not found', code: 'FILE_NOT_FOUND' } }
export const NOTE: GivenFile = { name: 'My Note.txt', content: 'a note', type: 'text/plain' }

interface FileScene {
  readonly conversation: Conversation
  readonly scene: Scene
  readonly sends: (speaker: Speaker, form: Form, answer: Answer) => Promise<void>
  /** Into `$NS.t`, under a key; and what its cell then is. */
  readonly stores: (speaker: Speaker, file?: GivenFile, id?: number) => Promise<FileReference>
  readonly gets: (speaker: Speaker, reference: Pick<FileReference, 'sub' | 'id'>, expect: Expectation, asked?: Download) => Promise<Buffer>
}

interface FileCase extends Omit<SqlCase, 'play' | 'lines'> {
  readonly play: (at: FileScene) => Promise<void>
}

export function fileCase({ play, ...more }: FileCase): ConformanceCase {
  const made = sqlCase({ ...more, play: (conversation, scene) => play(fileScene(conversation, scene)) })
  return { ...made, name: `files: ${more.name}` }
}

function fileScene(conversation: Conversation, scene: Scene): FileScene {
  const sends: FileScene['sends'] = async (speaker, form, answer) => {
    await conversation.sends(speaker, formOf(scene.names, form), answer)
  }
  return {
    conversation,
    scene,
    sends,
    async stores(speaker, file = NOTE, id = 1) {
      await sends(speaker, { sql: `INSERT INTO $NS.t (id, doc) VALUES (${id}, FILE('doc'))`, files: { doc: file } }, inserted(1))
      return await referenceIn(conversation, [speaker, `SELECT doc FROM $NS.t WHERE id = ${id}`, file])
    },
    async gets(speaker, reference, expect, asked = {}) {
      const headers = { ...bearer(await conversation.tokenOf(speaker)), ...asked.headers }
      return (await scene.exchange({ request: downloadOf(reference, { ...asked, headers }), expect })).body
    },
  }
}
