/**
 * A request's statements, one after the other.
 *
 * - All are read and asked for permission before the first runs (plan.ts). From then on a failure says which statement it was, and ends the
 *   request; what ran before it stays.
 * - Each statement is a transaction of its own, but from BEGIN to COMMIT or ROLLBACK. What fails between them takes all of it back, and so does a
 *   request that ends there. Tables and namespaces may be made and changed in between; what lies outside of `sql.db` (users, topics) may not, for it
 *   could not be taken back, and STREAM tables may not, as the contract has it.
 * - Counts of changed rows are the statement's own answer if it is alone, and are added up behind the others' answers if it is not.
 */
import type { Catalog } from '../catalog/catalog.ts'
import { assertParameters } from '../language/limits.ts'
import { parseStatements } from '../language/parse.ts'
import type { ParsedStatement, Statement } from '../language/statement.ts'
import type { EngineOptions, ExecuteRequest, StatementResult, WatchedTable } from '../protocol.ts'
import { invalidOperation } from '../sql-error.ts'
import { ChangeCounts, changeResult } from './change-counts.ts'
import type { EngineDatabase } from './database.ts'
import { changeRows } from './dml.ts'
import { readableError } from './error-text.ts'
import { assertPlaceholders, uploadError } from './file-placeholders.ts'
import { runOther } from './handlers.ts'
import { messageResult } from './result.ts'
import { assertMayTouch, planStatement } from './plan.ts'
import type { Plan } from './plan.ts'
import { NeedsWriter } from './run.ts'
import type { EffectsDraft, EngineSurroundings, Run } from './run.ts'
import { selectRows } from './select.ts'
import { findTable } from './touched-tables.ts'
import { Transaction, inTransaction } from './transactions.ts'

/** What requests of one engine have in common. */
export interface Engineering extends Pick<EngineDatabase, 'database' | 'gate' | 'snowflakes' | 'log'>, EngineSurroundings {
  readonly catalog: Catalog
  readonly role: EngineOptions['role']
  /** Live queries, as the last request that spoke of them had them. */
  watched: readonly WatchedTable[]
}

/** @throws SqlError as its caller may read it, NeedsWriter */
export async function execute(engine: Engineering, request: ExecuteRequest): Promise<readonly StatementResult[]> {
  engine.watched = request.watched ?? engine.watched
  const plans = await planRequest(engine, request)
  return await new Execution(engine, request, plans.length > 1).run(plans)
}

async function planRequest(engine: Engineering, request: ExecuteRequest): Promise<readonly Plan[]> {
  const { caller } = request
  let current: ParsedStatement | null = null
  try {
    const statements = parseStatements(request.sql)
    if (engine.role === 'reader' && !statements.every(({ statement }) => READS.has(statement.kind))) throw new NeedsWriter()
    assertParameters(request.params, statements.length)
    assertPlaceholders(request.sql, request.files)
    const plans: Plan[] = []
    let { namespace } = request
    for (current of statements) {
      const given = { params: request.params, nowMs: request.nowMs, user: caller.user, role: caller.role, files: request.files }
      plans.push(await planStatement(current, { catalog: engine.catalog, services: engine.services, caller, given, namespace }))
      if (current.statement.kind === 'use-namespace') namespace = current.statement.name
    }
    return plans
  } catch (error) {
    throw readableError(error, caller.role, current && { text: current.text, number: null })
  }
}

/** What changes nothing, here or elsewhere. */
const READS: ReadonlySet<Statement['kind']> = new Set<Statement['kind']>([
  'query',
  'explain',
  'show-namespaces',
  'show-tables',
  'show-columns',
  'show-stats',
  'show-all',
  'show-storages',
  'describe-table',
  'use-namespace',
])

/** What a rollback can take back. */
const TRANSACTIONAL: ReadonlySet<Statement['kind']> = new Set<Statement['kind']>([
  ...READS,
  'insert',
  'update',
  'delete',
  'create-namespace',
  'alter-namespace',
  'drop-namespace',
  'create-table',
  'alter-table',
  'drop-table',
])

class Execution {
  readonly #engine: Engineering
  readonly #request: ExecuteRequest
  readonly #isBatch: boolean
  readonly #results: StatementResult[] = []
  readonly #counts = new ChangeCounts()
  #namespace: string
  /** From BEGIN on. */
  #open: Transaction | null = null

  constructor(engine: Engineering, request: ExecuteRequest, isBatch: boolean) {
    this.#engine = engine
    this.#request = request
    this.#isBatch = isBatch
    this.#namespace = request.namespace
  }

  async run(plans: readonly Plan[]): Promise<readonly StatementResult[]> {
    const { role } = this.#request.caller
    for (const [index, plan] of plans.entries()) {
      try {
        await this.#runOne(plan)
      } catch (error) {
        this.#rollBack()
        throw readableError(uploadError(error, this.#request.files), role, { text: plan.parsed.text, number: index + 1 })
      }
    }
    if (this.#rollBack()) {
      const error = invalidOperation('Request completed with an open explicit transaction; rolled back automatically')
      throw readableError(error, role, null)
    }
    return [...this.#results, ...this.#counts.results(this.#request.caller.user)]
  }

  async #runOne(plan: Plan): Promise<void> {
    const { work, caller } = plan
    if (work.kind === 'transaction') return void this.#results.push(this.#switchTransaction(work.word, caller.user))
    if (this.#open !== null) {
      this.#assertTransactional(plan)
      return await this.#runIn(plan, this.#open.effects)
    }
    const mode = READS.has(plan.parsed.statement.kind) ? 'read' : 'write'
    await inTransaction({ ...this.#engine, mode }, (effects) => this.#runIn(plan, effects))
  }

  async #runIn(plan: Plan, effects: EffectsDraft): Promise<void> {
    const run = this.#runOf(plan, effects)
    assertMayTouch(plan, run)
    await this.#work(plan, run)
    this.#namespace = run.namespace
  }

  async #work({ work }: Plan, run: Run): Promise<void> {
    if (work.kind === 'query') this.#results.push(await selectRows(work.query, run))
    if (work.kind === 'other') this.#results.push(await runOther(work.statement, run))
    if (work.kind !== 'change') return
    const rows = await changeRows(work.change, run)
    if (this.#isBatch) this.#counts.add(work.change.kind, rows)
    else this.#results.push(changeResult(work.change.kind, rows, run.asUser))
  }

  #runOf({ caller }: Plan, effects: EffectsDraft): Run {
    const { database, gate, catalog, services, watched } = this.#engine
    const { nowMs, params, files } = this.#request
    const namespace = this.#namespace
    return { database, gate, catalog, services, caller, asUser: caller.user, namespace, nowMs, params, files, watched, effects }
  }

  #switchTransaction(word: 'begin' | 'commit' | 'rollback', user: string): StatementResult {
    const open = this.#open
    if (word === 'begin') {
      if (open !== null) throw invalidOperation(`transaction ${open.id} is open already`)
      this.#open = new Transaction({ ...this.#engine, mode: 'write' })
      return messageResult({ asUser: user }, `Transaction started (${this.#open.id})`)
    }
    if (open === null) throw invalidOperation(`no transaction is open for ${word.toUpperCase()}`)
    this.#open = null
    if (word === 'commit') open.commit()
    else open.rollback()
    return messageResult({ asUser: user }, `Transaction ${word === 'commit' ? 'committed' : 'rolled back'} (${open.id})`)
  }

  /** Whether there was something to roll back. */
  #rollBack(): boolean {
    const open = this.#open
    this.#open = null
    open?.rollback()
    return open !== null
  }

  #assertTransactional({ parsed, work }: Plan): void {
    const { kind } = parsed.statement
    if (!TRANSACTIONAL.has(kind))
      throw invalidOperation(`${kind.toUpperCase().replaceAll('-', ' ')} is not supported inside explicit transactions`)
    const names =
      work.kind === 'query' ? work.query.references.flatMap((reference) => (reference.kind === 'table' ? [reference.table] : [])) : []
    if (work.kind === 'change') names.push(work.change.target)
    const asked = { catalog: this.#engine.catalog, namespace: this.#namespace }
    if (names.some((name) => findTable(asked, name)?.type === 'stream')) {
      throw invalidOperation('stream tables are not supported inside explicit transactions')
    }
  }
}
