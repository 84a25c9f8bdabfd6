/** Jobs: what statements start in KalamDB, which goes on by itself there. Here all is done when the statement is, and so is its job. */
import { SQL_JOBS_MAX } from '@logbrook/kafka/limits'
import { takeNumbers } from '../catalog/counter.ts'
import { run as execute } from '../catalog/query.ts'
import type { Cell } from '../data-type.ts'
import type { Run } from './run.ts'

const PREFIXES = { cleanup: 'CL', compact: 'CO', topic_cleanup: 'TC' } as const

export interface FinishedJob {
  readonly type: keyof typeof PREFIXES
  readonly parameters: Readonly<Record<string, Cell>>
  readonly message: string
}

/** Notes a job as completed, and answers its id. */
export function noteJob({ database, nowMs }: Run, { type, parameters, message }: FinishedJob): string {
  const number = takeNumbers(database, 'job')
  const id = `${PREFIXES[type]}-${number}`
  execute(
    database,
    `INSERT INTO job (number, id, type, parameters, message, created_ms, finished_ms)
     VALUES (:number, :id, :type, :parameters, :message, :nowMs, :nowMs)`,
    { number, id, type, parameters: JSON.stringify(parameters), message, nowMs },
  )
  execute(database, 'DELETE FROM job WHERE number <= :last', { last: number - SQL_JOBS_MAX })
  return id
}
