/**
 * The thread that checkpoints: a connection of its own, one PASSIVE checkpoint per request.
 */
import { parentPort, workerData } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'

export type CheckpointRequest = 'checkpoint' | 'close'

/** As SQLite answers: frames in the WAL, and how many of them are in the database now. */
export interface CheckpointResult {
  readonly busy: number
  readonly log: number
  readonly checkpointed: number
}

export type CheckpointReply = CheckpointResult | { readonly failed: string }

if (parentPort !== null) serve(parentPort, new Sqlite(workerData as string, { fileMustExist: true }))

function serve(port: NonNullable<typeof parentPort>, database: Sqlite.Database): void {
  database.pragma('wal_autocheckpoint = 0')
  const passive = database.prepare<[], CheckpointResult>('PRAGMA wal_checkpoint(PASSIVE)')
  port.on('message', (request: CheckpointRequest) => {
    if (request === 'checkpoint') {
      port.postMessage(checkpoint(passive))
    } else {
      database.close()
      port.close()
    }
  })
}

function checkpoint(passive: Sqlite.Statement<[], CheckpointResult>): CheckpointReply {
  try {
    return passive.get()!
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) }
  }
}
