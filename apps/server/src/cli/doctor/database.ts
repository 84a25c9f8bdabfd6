import { quickCheck } from '@logbrook/storage/quick-check'
import { sqliteVersion } from '@logbrook/storage/sqlite-version'
import { sizeOf } from '../progress.ts'
import type { Finding } from './finding.ts'

/** @param dataDir `null` for a log in memory */
export function checkDatabase(dataDir: string | null): Finding {
  const check = 'SQLite'
  const advice = `logbrook check --data-dir ${dataDir} says what of it can be read; a copy made by logbrook backup can take its place`
  try {
    const version = sqliteVersion()
    const found = dataDir === null ? null : quickCheck(dataDir)
    if (found === null) return { check, status: 'ok', detail: `${version}; there is no database yet` }
    const { databaseBytes, problems } = found
    const database = `${version}; a database of ${sizeOf(databaseBytes)}`
    if (problems === null) return { check, status: 'ok', detail: `${database}, too large for a quick look: logbrook check reads all of it` }
    if (problems.length === 0) return { check, status: 'ok', detail: `${database}, well at a quick look` }
    return { check, status: 'fail', detail: `${database} is damaged: ${problems[0]}${problems.length > 1 ? ', and more' : ''}`, advice }
  } catch (error) {
    return { check, status: 'fail', detail: (error as Error).message, advice }
  }
}
