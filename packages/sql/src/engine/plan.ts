/**
 * All statements of a request, looked at before the first of them runs: one that is refused here leaves no trace of the others.
 *
 * - Refused are: what cannot be read, what its caller's role may not do, and what touches a table that there is and they may not touch. A table that
 *   there is not may come to be by an earlier statement, so what is asked here is asked again when the statement runs.
 */
import type { Catalog } from '../catalog/catalog.ts'
import { parseChange } from '../compile/changes.ts'
import type { ParsedChange } from '../compile/changes.ts'
import { parseQuery } from '../compile/query.ts'
import type { ParsedQuery } from '../compile/query.ts'
import type { Given } from '../compile/given.ts'
import type { Reference } from '../compile/relation.ts'
import type { ParsedStatement, Statement, TableName } from '../language/statement.ts'
import type { BrokerServices, SqlCaller } from '../services.ts'
import { SqlError } from '../sql-error.ts'
import { assertMayDefine, assertMayImpersonate, assertMayRun } from './access.ts'
import { tableTypeOf } from './statements/tables.ts'
import { changedTable, findTable, qualified, readableTable } from './touched-tables.ts'
import type { Names } from './touched-tables.ts'

export interface Plan {
  readonly parsed: ParsedStatement
  /** Who it runs for: the caller, or who EXECUTE AS names. */
  readonly caller: SqlCaller
  readonly work:
    | { readonly kind: 'query'; readonly query: ParsedQuery }
    | { readonly kind: 'change'; readonly change: ParsedChange }
    | { readonly kind: 'transaction'; readonly word: 'begin' | 'commit' | 'rollback' }
    | { readonly kind: 'other'; readonly statement: OtherStatement }
}

export type OtherStatement = Exclude<
  Statement,
  { readonly kind: 'query' | 'insert' | 'update' | 'delete' | 'begin' | 'commit' | 'rollback' }
>

export interface PlanContext {
  readonly catalog: Catalog
  readonly services: BrokerServices
  readonly caller: SqlCaller
  readonly given: Given
  /** What unqualified names lie in when the statement runs. */
  readonly namespace: string
}

/** @throws SqlError */
export async function planStatement(parsed: ParsedStatement, context: PlanContext): Promise<Plan> {
  const { statement, asUser } = parsed
  const caller = asUser === null ? context.caller : await impersonated(asUser, context)
  if (asUser !== null) assertCanRunAsAnother(statement)
  assertMayRun(statement, caller.role)
  const plan: Plan = { parsed, caller, work: workOf(statement, { ...context.given, user: caller.user, role: caller.role }) }
  assertMayTouch(plan, context)
  return plan
}

/** What is asked of a plan before the first statement runs, and once more before it runs itself. @throws SqlError */
export function assertMayTouch(plan: Plan, context: Names): void {
  const { work, caller } = plan
  if (work.kind === 'query') assertReferences(work.query.references, plan, context)
  if (work.kind === 'other') assertMayDefineTable(work.statement, { ...context, caller })
  if (work.kind !== 'change') return
  assertReferences(work.change.references, plan, context)
  assertNotShared(work.change.target, plan, context)
  changedTable(work.change, { ...context, caller })
}

function workOf(statement: Statement, given: Given): Plan['work'] {
  if (statement.kind === 'query') return { kind: 'query', query: parseQuery(statement.text, given) }
  if (statement.kind === 'insert' || statement.kind === 'update' || statement.kind === 'delete') {
    return { kind: 'change', change: parseChange(statement.text, given) }
  }
  if (statement.kind === 'begin' || statement.kind === 'commit' || statement.kind === 'rollback') {
    return { kind: 'transaction', word: statement.kind }
  }
  return { kind: 'other', statement: statement as OtherStatement }
}

async function impersonated(user: string, { caller, services }: PlanContext): Promise<SqlCaller> {
  // Somebody unknown is a plain user.
  const role = user === caller.user ? caller.role : ((await services.roleOf(user)) ?? 'user')
  assertMayImpersonate(caller, { user, role })
  return { ...caller, user, role }
}

const RUNS_AS_ANOTHER: ReadonlySet<Statement['kind']> = new Set<Statement['kind']>([
  'query',
  'insert',
  'update',
  'delete',
  'show-namespaces',
  'show-tables',
  'describe-table',
  'subscribe',
])

function assertCanRunAsAnother({ kind }: Statement): void {
  if (RUNS_AS_ANOTHER.has(kind)) return
  throw new SqlError('INVALID_INPUT', 'invalid-operation', 'EXECUTE AS USER is for SELECT, INSERT, UPDATE, DELETE and SHOW statements')
}

function assertReferences(references: readonly Reference[], plan: Plan, context: Names): void {
  for (const reference of references) {
    if (reference.kind === 'topic') continue
    assertNotShared(reference.table, plan, context)
    readableTable(reference.table, { ...context, caller: plan.caller })
  }
}

function assertMayDefineTable(statement: OtherStatement, asked: Names & { readonly caller: SqlCaller }): void {
  const { role } = asked.caller
  if (statement.kind === 'create-table') {
    const name = qualified(statement.table, asked)
    assertMayDefine(name, tableTypeOf(statement, { namespace: name.namespace, caller: asked.caller }), role)
  } else if (statement.kind === 'alter-table') {
    const table = findTable(asked, statement.table)
    if (table !== undefined) assertMayDefine(table, table.type, role)
  }
}

/** Rows of a SHARED table are nobody's. That is asked before permission, which nobody has as another. */
function assertNotShared(named: TableName, { parsed }: Plan, context: Names): void {
  const table = parsed.asUser === null ? undefined : findTable(context, named)
  if (table?.type !== 'shared') return
  const message = `EXECUTE AS USER is not allowed on SHARED tables (table '${table.namespace}.${table.name}')`
  throw new SqlError('SQL_EXECUTION_ERROR', 'permission', message)
}
