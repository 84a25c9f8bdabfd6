/**
 * The engine's connection to `sql.db`.
 *
 * - The writer makes the file and its tables; a reader's connection can change nothing.
 * - When it is handed out nothing more can be attached to it, its schema cannot be written, and values, statements and patterns are bounded.
 * - Users' statements run behind the gate (gate.ts).
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  BUSY_TIMEOUT_MS,
  SQL_CACHE_BYTES,
  SQL_COMPOUND_SELECTS_MAX,
  SQL_EXPRESSION_DEPTH_MAX,
  SQL_GENERATED_BYTES_MAX,
  SQL_PATTERN_BYTES_MAX,
  SQL_VALUE_BYTES_MAX,
  WAL_BYTES_MAX,
} from '@logbrook/kafka/limits'
import { assertSchema, createSchema } from '../catalog/schema.ts'
import { COMPILED_FUNCTIONS, registerFunctions } from '../compile/functions.ts'
import type { EngineOptions } from '../protocol.ts'
import { TOPIC_FUNCTIONS, openTopicRows } from '../topics/topic-relation.ts'
import { createGate } from './gate.ts'
import type { Gate } from './gate.ts'
import { openSnowflakes } from './snowflakes.ts'
import type { Snowflakes } from './snowflakes.ts'
import { openWriteAheadLog } from './write-ahead-log.ts'
import type { WriteAheadLog } from './write-ahead-log.ts'

export interface EngineDatabase {
  readonly database: DatabaseSync
  readonly gate: Gate
  readonly snowflakes: Snowflakes
  readonly log: WriteAheadLog
  close(): void
}

/** What relations of system tables call. */
const SYSTEM_FUNCTIONS = ['json_extract']

const SYNCHRONOUS: Readonly<Record<EngineOptions['durability'], string>> = { none: 'OFF', os: 'NORMAL', fsync: 'FULL' }

/** What SQLite itself admits; a limit that is left out is its own. */
const LIMITS = {
  attach: 0,
  length: SQL_VALUE_BYTES_MAX,
  sqlLength: SQL_GENERATED_BYTES_MAX,
  exprDepth: SQL_EXPRESSION_DEPTH_MAX,
  compoundSelect: SQL_COMPOUND_SELECTS_MAX,
  likePatternLength: SQL_PATTERN_BYTES_MAX,
}

/** @throws KafkaError KAFKA_STORAGE_ERROR for a file that is not ours, or is newer than this program */
export function openDatabase(options: EngineOptions): EngineDatabase {
  const file = join(options.directory, 'sql.db')
  const database = new DatabaseSync(file, { readOnly: options.role === 'reader', allowExtension: false })
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
    assertSchema(database, file)
    if (options.role === 'writer') prepareToWrite(database, options.durability)
    setMemory(database)
    const snowflakes = openSnowflakes(database, options.role)
    registerFunctions(database, (nowMs) => snowflakes.next(nowMs))
    const topics = openTopicRows(database, options.logFile)
    shut(database)
    return {
      database,
      gate: createGate(database, new Set([...COMPILED_FUNCTIONS, ...TOPIC_FUNCTIONS, ...SYSTEM_FUNCTIONS])),
      snowflakes,
      log: openWriteAheadLog(database, file),
      close() {
        topics.close()
        database.close()
      },
    }
  } catch (error) {
    database.close()
    throw error
  }
}

/** Writes a copy of the whole database to a path where there is nothing, which SQLite attaches meanwhile. */
export function copyDatabase(database: DatabaseSync, file: string): void {
  setLimits(database, { attach: 1 })
  try {
    database.prepare('VACUUM INTO :file').run({ file })
  } finally {
    setLimits(database, { attach: 0 })
  }
}

function prepareToWrite(database: DatabaseSync, durability: EngineOptions['durability']): void {
  database.exec('PRAGMA journal_mode = WAL')
  database.exec(`PRAGMA synchronous = ${SYNCHRONOUS[durability]}`)
  database.exec(`PRAGMA journal_size_limit = ${WAL_BYTES_MAX}`)
  createSchema(database)
}

/** Sorts and temporary tables stay in memory, which is watched; on a disk they would not be. */
function setMemory(database: DatabaseSync): void {
  database.exec(`PRAGMA cache_size = -${SQL_CACHE_BYTES / 1_024}`)
  database.exec('PRAGMA temp_store = MEMORY')
}

function shut(database: DatabaseSync): void {
  database.exec('PRAGMA trusted_schema = OFF')
  setLimits(database, LIMITS)
  if ('enableDefensive' in database) database.enableDefensive(true)
}

/** Node 22 has no such limits. */
function setLimits(database: DatabaseSync, limits: Partial<typeof LIMITS>): void {
  if ('limits' in database) Object.assign(database.limits, limits)
}
