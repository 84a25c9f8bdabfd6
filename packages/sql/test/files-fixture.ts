/** What the tests of files share: the tables of `sql.db`, a table with a FILE column, and a store over a directory of their own. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Role } from '@logbrook/kafka/users'
import { openCatalog } from '../src/catalog/open-catalog.ts'
import type { Catalog } from '../src/catalog/catalog.ts'
import { createSchema } from '../src/catalog/schema.ts'
import type { AccessLevel, Table, TableType } from '../src/catalog/table.ts'
import { findFile, reserveFiles, storedFiles } from '../src/engine/files.ts'
import { createFileStore } from '../src/files/file-store.ts'
import type { FileStore } from '../src/files/file-store.ts'
import type { EngineRequest, FileReference } from '../src/protocol.ts'
import type { BrokerServices, SqlCaller } from '../src/services.ts'
import type { Gate } from '../src/engine/gate.ts'
import type { Run } from '../src/engine/run.ts'

export interface FilesFixture extends AsyncDisposable {
  readonly database: DatabaseSync
  readonly catalog: Catalog
  readonly directory: string
  /** As a process that begins now has it. */
  newStore(): FileStore
  table(name: string, type: TableType, accessLevel?: AccessLevel): Table
  run(caller: SqlCaller, files?: readonly FileReference[]): Run
  /** All files, by their paths below the directory. */
  onDisk(): Promise<readonly string[]>
  readonly errors: unknown[]
  /** What the engine does not answer now. */
  readonly unanswered: Set<EngineRequest['kind']>
}

export function callerOf(user: string, role: Role = 'user'): SqlCaller {
  return { user, role, host: '127.0.0.1' }
}

export async function filesFixture(): Promise<FilesFixture> {
  const parent = await mkdtemp(join(tmpdir(), 'logbrook-files-'))
  const directory = join(parent, 'files')
  const database = new DatabaseSync(':memory:')
  createSchema(database)
  const catalog = openCatalog(database)
  const errors: unknown[] = []
  const unanswered = new Set<EngineRequest['kind']>()

  async function ask(request: EngineRequest): Promise<unknown> {
    if (unanswered.has(request.kind)) throw new Error(`no answer to ${request.kind}`)
    if (request.kind === 'reserve-files') return reserveFiles(database, request.count)
    if (request.kind === 'stored-files') return storedFiles(database, request.among)
    if (request.kind === 'find-file') return findFile(database, catalog, request)
    throw new Error(`no request of files: ${request.kind}`)
  }

  return {
    database,
    catalog,
    directory,
    errors,
    unanswered,
    newStore: () => createFileStore({ directory, durability: 'os', ask, onError: (error) => errors.push(error) }),
    table(name, type, accessLevel) {
      const column = { nullable: true, primaryKey: false, default: null }
      return catalog.createTable(
        {
          namespace: 'default',
          name,
          type,
          accessLevel: type === 'shared' ? (accessLevel ?? 'private') : null,
          columns: [
            { ...column, name: 'id', dataType: 'BigInt', nullable: false, primaryKey: true },
            { ...column, name: 'doc', dataType: 'File' },
          ],
          options: {},
          ttlSeconds: type === 'stream' ? 60 : null,
        },
        0,
      )
    },
    run: (caller, files = []) => ({
      database,
      catalog,
      // Nothing of files asks for either.
      services: {} as BrokerServices,
      gate: {} as Gate,
      caller,
      asUser: caller.user,
      namespace: 'default',
      nowMs: 0,
      params: [],
      files: Object.fromEntries(files.map((file, index) => [`file${index}`, file])),
      watched: [],
      effects: { droppedFiles: [], changes: [], outbox: [], catalogChanged: false },
    }),
    async onDisk() {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
        .toSorted()
    },
    async [Symbol.asyncDispose]() {
      database.close()
      await rm(parent, { recursive: true, force: true })
    },
  }
}

/** A file's bytes, in chunks. */
export async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield Buffer.from(part)
}
