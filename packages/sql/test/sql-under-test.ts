/** SQL over a broker, in memory unless told otherwise, its engines real processes, and requests of it in one line. */
import { readdirSync, readFileSync } from 'node:fs'
import { createBroker } from '@logbrook/broker/broker'
import type { Broker } from '@logbrook/broker/broker'
import { createManualClock } from '@logbrook/kafka/clock'
import type { ManualClock } from '@logbrook/kafka/clock'
import { SQL_ENGINE_BYTES_MAX, SQL_STATEMENT_MS_MAX } from '@logbrook/kafka/limits'
import type { Log } from '@logbrook/kafka/log'
import { openStorage } from '@logbrook/storage/storage'
import type { ParameterValue } from '../src/data-type.ts'
import type { StatementResult } from '../src/protocol.ts'
import type { SqlCaller } from '../src/services.ts'
import { openSql } from '../src/sql.ts'
import type { Sql, SqlLimits, SqlOptions } from '../src/sql.ts'

export const DBA: SqlCaller = { user: 'root', role: 'dba', host: '127.0.0.1' }

export interface Place {
  readonly location: SqlOptions['location']
  readonly acls: boolean
}

export interface SqlUnderTest extends AsyncDisposable {
  readonly sql: Sql
  readonly broker: Broker
  readonly log: Log
  readonly clock: ManualClock
  /** What was told of that no request is to be answered with. */
  readonly errors: unknown[]
  /** As an administrator, unless told otherwise; in namespace `default`. */
  run(text: string, params?: readonly ParameterValue[], caller?: SqlCaller): Promise<readonly StatementResult[]>
  /** Of the last statement. */
  rows(text: string, params?: readonly ParameterValue[], caller?: SqlCaller): Promise<StatementResult['rows']>
}

export async function startSql(limits: Partial<SqlLimits> = {}, place: Partial<Place> = {}): Promise<SqlUnderTest> {
  const { location = 'memory', acls = false } = place
  const clock = createManualClock()
  const errors: unknown[] = []
  await using opened = new AsyncDisposableStack()
  const storage = opened.use(await openStorage({ location, durability: 'os', checkpoint: 'inline', clock }))
  const broker = await createBroker({
    log: storage.log,
    groupOffsets: storage.groups,
    userStore: storage.users,
    aclStore: storage.acls,
    sessionSecret: storage.sessionSecret,
    clock,
    authentication: 'optional',
    acls,
    superUsers: [],
    allowWithoutBinding: false,
    random: () => 0,
    observer: new Proxy({} as Parameters<typeof createBroker>[0]['observer'], { get: () => () => {} }),
    onError: (error) => errors.push(error),
  })
  opened.defer(() => broker.close())
  const sql = await openSql({
    broker,
    log: storage.log,
    clock,
    location,
    durability: location === 'memory' ? 'none' : 'os',
    limits: { requestsPerSecond: 0, statementMsMax: SQL_STATEMENT_MS_MAX, engineBytesMax: SQL_ENGINE_BYTES_MAX, ...limits },
    version: '0.0.0',
    observer: { subscribed() {}, unsubscribed() {} },
    onError: (error) => errors.push(error),
  })
  opened.defer(() => sql.close())
  const running = opened.move()

  async function run(text: string, params: readonly ParameterValue[] = [], caller = DBA): Promise<readonly StatementResult[]> {
    return await sql.execute({ sql: text, params, namespace: 'default', caller, files: null })
  }

  return {
    sql,
    broker,
    log: storage.log,
    clock,
    errors,
    run,
    rows: async (text, params, caller) => (await run(text, params, caller)).at(-1)?.rows,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Ids of the engines that a process has started. */
export function enginesOf(pid = process.pid): readonly number[] {
  const threads = readdirSync(`/proc/${pid}/task`)
  const children = threads.flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' '))
  return children.filter((child) => child !== '' && commandOf(Number(child)).includes('sql-engine')).map(Number)
}

/** Empty where there is no such process. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
