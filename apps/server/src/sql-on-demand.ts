/** SQL of a server: opened by whoever asks for it first, and never by the start. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { KafkaError } from '@logbrook/kafka/errors'
import type { SqlSnapshot } from '@logbrook/sql/snapshot'
import type { Sql } from '@logbrook/sql/sql'

export interface SqlOnDemand {
  open(): Promise<Sql>
  /** What is open; `undefined` where nobody has asked for it. */
  opened(): Promise<Sql> | undefined
  /** What a broker before this one has left undone is done, without waiting for a first statement. */
  resume(): Promise<void>
  /** What it holds now; `null` where nobody has ever used it. */
  snapshot(): Promise<SqlSnapshot | null>
  /** Puts contents in the place of what is there. Before anyone asks for it. */
  replace(contents: SqlSnapshot | null): Promise<void>
  close(): Promise<void>
}

export interface SqlOnDemandOptions {
  readonly openSql: (contents?: SqlSnapshot) => Promise<Sql>
  readonly location: { readonly dataDir: string } | 'memory'
  readonly onError: (error: unknown) => void
}

export function createSqlOnDemand({ openSql, location, onError }: SqlOnDemandOptions): SqlOnDemand {
  let sql: Promise<Sql> | undefined
  let isClosed = false

  async function openOnce(contents?: SqlSnapshot): Promise<Sql> {
    try {
      return await openSql(contents)
    } catch (error) {
      sql = undefined
      throw error
    }
  }

  function open(): Promise<Sql> {
    if (isClosed) throw new KafkaError('SHUTTING_DOWN', 'the broker is stopping')
    return (sql ??= openOnce())
  }

  /** Whether there is something of an earlier time. */
  function isKept(): boolean {
    return location !== 'memory' && existsSync(join(location.dataDir, 'sql.db'))
  }

  return {
    open,
    opened: () => sql,
    async resume() {
      if (location === 'memory' || !isKept()) return
      try {
        const { hasLeftovers } = await import('@logbrook/sql/leftovers')
        if (!isClosed && hasLeftovers(location.dataDir)) await (await open()).resume()
      } catch (error) {
        if (!isClosed) onError(error)
      }
    },
    async snapshot() {
      if (sql === undefined && !isKept()) return null
      return await (await open()).snapshot()
    },
    async replace(contents) {
      if (contents !== null) await (sql = openOnce(contents))
      else if (location !== 'memory' && isKept()) {
        const { placeSnapshot } = await import('@logbrook/sql/snapshot')
        await placeSnapshot(location.dataDir, null)
      }
    },
    async close() {
      isClosed = true
      // Whoever wanted to open what cannot be opened has been told.
      const opened = await sql?.catch(() => undefined)
      await opened?.close()
    },
  }
}
