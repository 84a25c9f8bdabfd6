/** SQL of a server: opened by whoever asks for it first, and never by the start. */
import { KafkaError } from '@logbrook/kafka/errors'
import type { Sql } from '@logbrook/sql/sql'

export interface SqlOnDemand {
  open(): Promise<Sql>
  /** What is open; `undefined` where nobody has asked for it. */
  opened(): Promise<Sql> | undefined
  close(): Promise<void>
}

export function createSqlOnDemand(openSql: () => Promise<Sql>): SqlOnDemand {
  let sql: Promise<Sql> | undefined
  let isClosed = false

  async function openOnce(): Promise<Sql> {
    try {
      return await openSql()
    } catch (error) {
      sql = undefined
      throw error
    }
  }

  return {
    open() {
      if (isClosed) throw new KafkaError('SHUTTING_DOWN', 'the broker is stopping')
      return (sql ??= openOnce())
    },
    opened: () => sql,
    async close() {
      isClosed = true
      // Whoever wanted to open what cannot be opened has been told.
      const opened = await sql?.catch(() => undefined)
      await opened?.close()
    },
  }
}
