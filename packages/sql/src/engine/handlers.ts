/** Which file runs which kind of statement, but for those that change or read rows. */
import type { StatementResult } from '../protocol.ts'
import type { OtherStatement } from './plan.ts'
import type { Handler, Handlers, Run } from './run.ts'
import { alterTableHandlers } from './statements/alter-table.ts'
import { explainHandlers } from './statements/explain.ts'
import { introspectionHandlers } from './statements/introspection.ts'
import { jobHandlers } from './statements/jobs.ts'
import { liveHandlers } from './statements/live.ts'
import { namespaceHandlers } from './statements/namespaces.ts'
import { storageHandlers } from './statements/storages.ts'
import { tableHandlers } from './statements/tables.ts'
import { topicHandlers } from './statements/topics.ts'
import { userHandlers } from './statements/users.ts'

const HANDLERS: Handlers<OtherStatement['kind']> = {
  ...alterTableHandlers,
  ...explainHandlers,
  ...introspectionHandlers,
  ...jobHandlers,
  ...liveHandlers,
  ...namespaceHandlers,
  ...storageHandlers,
  ...tableHandlers,
  ...topicHandlers,
  ...userHandlers,
}

/** @throws SqlError */
export async function runOther(statement: OtherStatement, run: Run): Promise<StatementResult> {
  // The kind of a handler is that of its key, which TypeScript does not follow.
  const handler = HANDLERS[statement.kind] as Handler<OtherStatement['kind']>
  return await handler(statement, run)
}
