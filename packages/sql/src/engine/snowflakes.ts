/**
 * Snowflakes: how far they were given is kept in the transaction that uses them, so that no writer after this one gives them again, whatever its
 * clock says.
 *
 * - A reader gives none: what asks it for one is the writer's.
 */
import type { DatabaseSync } from 'node:sqlite'
import { keepNumber, lastNumber } from '../catalog/counter.ts'
import { snowflakeAfter } from '../compile/identifiers.ts'
import type { EngineOptions } from '../protocol.ts'
import { NeedsWriter } from './run.ts'

export interface Snowflakes {
  /** @throws NeedsWriter */
  next(nowMs: bigint): bigint
  /** Before a commit. Costs nothing where none was given. */
  keep(): void
}

export function openSnowflakes(database: DatabaseSync, role: EngineOptions['role']): Snowflakes {
  let last = BigInt(lastNumber(database, 'snowflake'))
  let kept = last
  return {
    next(nowMs) {
      if (role === 'reader') throw new NeedsWriter()
      return (last = snowflakeAfter(last, nowMs))
    },
    keep() {
      if (last === kept) return
      keepNumber(database, 'snowflake', Number(last))
      kept = last
    },
  }
}
