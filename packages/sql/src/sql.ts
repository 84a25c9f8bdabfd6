/** SQL, as the doors see it. Everything behind it starts with the first statement. */
import type { ParameterValue } from './data-type.ts'
import type { FileReference, StatementResult } from './protocol.ts'
import type { SqlCaller } from './services.ts'

export interface SqlRequest {
  readonly sql: string
  readonly params: readonly ParameterValue[]
  /** `default` where a request names none. */
  readonly namespace: string
  readonly caller: SqlCaller
  /** `null`: the request was no multipart form. */
  readonly files: Readonly<Record<string, FileReference>> | null
}

export interface Sql {
  /**
   * Runs the statements of a request one after the other, until one fails.
   *
   * @throws SqlError
   */
  execute(request: SqlRequest): Promise<readonly StatementResult[]>
  close(): Promise<void>
}
