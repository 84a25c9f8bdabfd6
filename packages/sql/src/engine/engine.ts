/**
 * An engine: runs the requests of protocol.ts, one at a time, on a connection of its own.
 *
 * - A reader answers NeedsWriter to what it cannot do, before it has done anything.
 * - What its caller may not know of an error is not in what it throws (error-text.ts).
 */
import { openCatalog } from '../catalog/open-catalog.ts'
import { lastNumber } from '../catalog/counter.ts'
import { loadParser } from '../compile/parse.ts'
import type { EngineOptions, EngineRequest } from '../protocol.ts'
import type { SqlCaller } from '../services.ts'
import { renewTopics } from '../topics/renew-topics.ts'
import { deleteRelayed, raiseOutbox, readOutbox } from '../topics/outbox.ts'
import { copyDatabase, openDatabase } from './database.ts'
import type { EngineDatabase } from './database.ts'
import { readableError } from './error-text.ts'
import { execute } from './execute.ts'
import type { Engineering } from './execute.ts'
import { findFile, reserveFiles, storedFiles } from './files.ts'
import { describeLive, matchRecords, readLive } from './live.ts'
import { NeedsWriter } from './run.ts'
import type { EffectsDraft, Engine, EngineSurroundings, Run } from './run.ts'
import { asStorageError } from './storage-error.ts'
import { inTransaction } from './transactions.ts'

/** @throws KafkaError, SqlError when the database cannot be opened */
export async function openEngine(options: EngineOptions, surroundings: EngineSurroundings): Promise<Engine> {
  await loadParser()
  try {
    return engineOn(openDatabase(options), options, surroundings)
  } catch (error) {
    throw asStorageError(error)
  }
}

function engineOn(opened: EngineDatabase, options: EngineOptions, surroundings: EngineSurroundings): Engine {
  const { database, gate, snowflakes, log } = opened
  const engine: Engineering = {
    database,
    gate,
    snowflakes,
    log,
    catalog: openCatalog(database),
    role: options.role,
    watched: [],
    ...surroundings,
  }
  if (options.role === 'writer') raiseOutbox(database, options.outboxAfterId)
  return {
    run: (request) => runRequest(engine, request),
    isLogLarge: () => options.role === 'writer' && log.isLarge(),
    close: () => opened.close(),
  }
}

type Requests = {
  readonly [K in EngineRequest['kind']]: (engine: Engineering, request: Extract<EngineRequest, { readonly kind: K }>) => unknown
}

const REQUESTS: Requests = {
  execute,
  'describe-live': (engine, request) => reading(engine, request, (run) => describeLive(run, request.text)),
  'read-live': (engine, request) => reading(engine, request, (run) => readLive(run, request)),
  'match-records': (engine, request) => reading(engine, { ...request, namespace: 'default' }, (run) => matchRecords(run, request)),
  'last-seq': ({ database }) => BigInt(lastNumber(database, 'seq')),
  outbox: ({ database }, { afterId, limit }) => readOutbox(database, afterId, limit),
  relayed: (engine, { uptoId }) => writing(engine, () => deleteRelayed(engine.database, uptoId)),
  'reserve-files': (engine, { count }) => writing(engine, () => reserveFiles(engine.database, count)),
  'stored-files': ({ database }, { among }) => storedFiles(database, among),
  'find-file': ({ database, catalog }, request) => findFile(database, catalog, request),
  'renew-topics': (engine, { topics }) => writing(engine, () => renewTopics(engine.database, engine.catalog, topics)),
  'copy-to': ({ database }, { file }) => copyDatabase(database, file),
  'renew-log': ({ log }) => log.renew(),
}

async function runRequest(engine: Engineering, request: EngineRequest): Promise<unknown> {
  // The kind of a request is that of its key, which TypeScript does not follow.
  const run = REQUESTS[request.kind] as (engine: Engineering, request: EngineRequest) => unknown
  try {
    return await run(engine, request)
  } catch (error) {
    throw asStorageError(error)
  }
}

interface ReadRequest {
  readonly caller: SqlCaller
  readonly namespace: string
  readonly nowMs: number
}

async function reading<T>(engine: Engineering, { caller, namespace, nowMs }: ReadRequest, work: (run: Run) => Promise<T>): Promise<T> {
  const { database, gate, catalog, services } = engine
  const runWith = (effects: EffectsDraft): Run => {
    return {
      database,
      gate,
      catalog,
      services,
      caller,
      asUser: caller.user,
      namespace,
      nowMs,
      params: [],
      files: null,
      watched: [],
      effects,
    }
  }
  try {
    return await inTransaction({ ...engine, mode: 'read' }, (effects) => work(runWith(effects)))
  } catch (error) {
    throw readableError(error, caller.role, null)
  }
}

async function writing<T>(engine: Engineering, work: () => T): Promise<T> {
  if (engine.role === 'reader') throw new NeedsWriter()
  return await inTransaction({ ...engine, mode: 'write' }, work)
}
