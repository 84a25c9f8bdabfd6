/** `WITH (…)` of CREATE TABLE. */
import type { DatabaseSync } from 'node:sqlite'
import { SQL_DELETED_RETENTION_HOURS_MAX, STREAM_TTL_SECONDS_MAX } from '@logbrook/kafka/limits'
import { ACCESS_LEVELS } from '../../catalog/table.ts'
import type { AccessLevel, TableType } from '../../catalog/table.ts'
import { notFound, SqlError } from '../../sql-error.ts'
import { storageExists } from '../storages.ts'

const OPTIONS = new Set(['TTL_SECONDS', 'ACCESS_LEVEL', 'FLUSH_POLICY', 'STORAGE_ID', 'USE_USER_STORAGE', 'DELETED_RETENTION_HOURS'])

const FLUSH_POLICY = /^(?:rows:[1-9]\d*|interval:[1-9]\d*|rows:[1-9]\d*,interval:[1-9]\d*)$/

/** @throws SqlError for what a table of the type cannot have */
export function readTableOptions(
  options: Readonly<Record<string, string>>,
  type: TableType,
  database: DatabaseSync,
): { readonly ttlSeconds: number | null } {
  const unknown = Object.keys(options).find((name) => !OPTIONS.has(name))
  if (unknown !== undefined) throw refused(`Unknown table option '${unknown}'`)
  if (type !== 'shared' && 'ACCESS_LEVEL' in options) throw refused(`ACCESS_LEVEL is only supported for SHARED tables`)
  const policy = options['FLUSH_POLICY']
  if (policy !== undefined && !FLUSH_POLICY.test(policy.toLowerCase().replaceAll(' ', ''))) {
    throw refused(`FLUSH_POLICY is 'rows:N', 'interval:N' or 'rows:N,interval:N', not '${policy}'`)
  }
  assertRetention(options['DELETED_RETENTION_HOURS'])
  const storage = options['STORAGE_ID']
  if (storage !== undefined && !storageExists(database, storage)) throw notFound(`Storage '${storage}' does not exist`)
  return { ttlSeconds: ttlOf(options['TTL_SECONDS'], type) }
}

/** @throws SqlError for a word that is none */
export function accessLevelOf(word: string): AccessLevel {
  const level = ACCESS_LEVELS.find((known) => known === word.toLowerCase())
  if (level === undefined) throw refused(`ACCESS_LEVEL is one of ${ACCESS_LEVELS.join(', ').toUpperCase()}, not '${word}'`)
  return level
}

function ttlOf(written: string | undefined, type: TableType): number | null {
  if (type !== 'stream') {
    if (written === undefined) return null
    throw refused('TTL_SECONDS is only supported for STREAM tables')
  }
  if (written === undefined) throw refused("STREAM tables must specify 'TTL_SECONDS'")
  const seconds = Number(written)
  if (!/^\d+$/.test(written) || seconds < 1) throw refused(`TTL_SECONDS is a whole number from 1, not '${written}'`)
  if (seconds > STREAM_TTL_SECONDS_MAX) throw refused(`TTL_SECONDS is ${written}; the limit is ${STREAM_TTL_SECONDS_MAX}`)
  return seconds
}

function assertRetention(written: string | undefined): void {
  if (written === undefined) return
  if (!/^\d+$/.test(written)) throw refused(`DELETED_RETENTION_HOURS is a whole number from 0, not '${written}'`)
  if (Number(written) <= SQL_DELETED_RETENTION_HOURS_MAX) return
  throw refused(`DELETED_RETENTION_HOURS is ${written}; the limit is ${SQL_DELETED_RETENTION_HOURS_MAX}`)
}

function refused(problem: string): SqlError {
  return new SqlError('INVALID_SQL', 'invalid-operation', `Invalid table options: ${problem}`)
}
