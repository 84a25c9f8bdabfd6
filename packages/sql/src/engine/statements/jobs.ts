/** KILL JOB. Every job is done when it is seen: there is nothing to be killed. */
import { queryOne } from '../../catalog/query.ts'
import { notFound } from '../../sql-error.ts'
import { messageResult } from '../result.ts'
import type { Handlers } from '../run.ts'

export const jobHandlers: Handlers<'kill-job'> = {
  'kill-job': ({ id }, run) => {
    if (queryOne(run.database, 'SELECT id FROM job WHERE id = :id', { id }) === undefined) throw notFound(`Job '${id}' not found`)
    return messageResult(run, `Job ${id} killed: completed`)
  },
}
