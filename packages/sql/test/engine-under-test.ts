/** An engine in this process, on a directory of its own, as tests ask it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Role } from '@logbrook/kafka/users'
import type { Cell, ParameterValue } from '@logbrook/sql/data-type'
import { openEngine } from '@logbrook/sql/engine/engine'
import type { Engine } from '@logbrook/sql/engine/run'
import type { Effects, EngineOptions, ExecuteRequest, StatementResult } from '@logbrook/sql/protocol'
import type { BrokerServices } from '@logbrook/sql/services'
import { SqlError } from '@logbrook/sql/sql-error'

const START_MS = 1_700_000_000_000

/** Who there is. */
const ROLES: Readonly<Record<string, Role>> = { root: 'system', dana: 'dba', sam: 'service', ann: 'user', bob: 'user' }

type Asked = Partial<Pick<ExecuteRequest, 'namespace' | 'watched' | 'files'>> & { readonly params?: readonly ParameterValue[] }

export class EngineUnderTest implements AsyncDisposable {
  readonly directory: string
  /** Of all transactions, in order. */
  readonly effects: Effects[] = []
  nowMs = START_MS
  readonly #services: Partial<BrokerServices>
  #engine: Engine | undefined

  private constructor(services: Partial<BrokerServices>) {
    this.directory = mkdtempSync(join(tmpdir(), 'logbrook-engine-'))
    this.#services = { roleOf: async (user) => ROLES[user] ?? null, ...services }
  }

  /** `services`: what the broker is asked beside who there is. */
  static async open(services: Partial<BrokerServices> = {}): Promise<EngineUnderTest> {
    const opened = new EngineUnderTest(services)
    opened.#engine = await opened.openAnother('writer')
    return opened
  }

  /** On the same file. */
  async openAnother(role: EngineOptions['role']): Promise<Engine> {
    const options: EngineOptions = { directory: this.directory, logFile: null, durability: 'none', outboxAfterId: 0, role }
    const committed = (effects: Effects): void => void this.effects.push(effects)
    return await openEngine(options, { services: this.#services as BrokerServices, committed })
  }

  get engine(): Engine {
    return this.#engine!
  }

  request(user: string, sql: string, asked: Asked = {}): ExecuteRequest {
    const caller = { user, role: ROLES[user] ?? 'user', host: '127.0.0.1' }
    return { kind: 'execute', sql, params: [], namespace: 'default', caller, nowMs: this.nowMs, files: null, watched: [], ...asked }
  }

  async run(user: string, sql: string, asked: Asked = {}): Promise<readonly StatementResult[]> {
    return (await this.engine.run(this.request(user, sql, asked))) as readonly StatementResult[]
  }

  /** Of one statement. */
  async rows(user: string, sql: string, params: readonly ParameterValue[] = []): Promise<readonly (readonly Cell[])[]> {
    const [result] = await this.run(user, sql, { params })
    return result?.rows ?? []
  }

  /** Of statements that change rows or tables. */
  async messages(user: string, sql: string, asked: Asked = {}): Promise<readonly (string | undefined)[]> {
    return (await this.run(user, sql, asked)).map(({ message }) => message)
  }

  /** What a request that fails says: code and text. */
  async refusal(user: string, sql: string, asked: Asked = {}): Promise<string> {
    try {
      await this.run(user, sql, asked)
    } catch (error) {
      if (error instanceof SqlError) return `${error.code}: ${error.message}`
      throw error
    }
    throw new Error(`${sql} was not refused`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#engine?.close()
    rmSync(this.directory, { recursive: true })
  }
}
