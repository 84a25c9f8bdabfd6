/** Which file runs which kind of statement, but for those that change or read rows. */
import { namespaceHandlers } from './statements/namespaces.ts'
import { tableHandlers } from './statements/tables.ts'
import { topicHandlers } from './statements/topics.ts'
import type { Handler } from './run.ts'
import type { OtherStatement } from './plan.ts'
import type { StatementResult } from '../protocol.ts'
import type { Run } from './run.ts'

type AnyHandlers = { readonly [K in OtherStatement['kind']]?: Handler<K> }

const HANDLERS: AnyHandlers = { ...namespaceHandlers, ...tableHandlers, ...topicHandlers }

/** @throws SqlError */
export async function runOther(statement: OtherStatement, run: Run): Promise<StatementResult> {
  // The kind of a handler is that of its key, which TypeScript does not follow.
  const handler = HANDLERS[statement.kind] as Handler<OtherStatement['kind']>
  return await handler(statement, run)
}
