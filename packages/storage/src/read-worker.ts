/**
 * The thread that reads long runs: a connection of its own, which writes nothing.
 *
 * The bodies go to the event loop as they are: their memory changes hands instead of being copied.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Transferable } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'
import { BUSY_TIMEOUT_MS } from '@logbrook/kafka/limits'
import { MMAP_BYTES } from './database.ts'
import { createRunReader } from './record-run.ts'
import type { ReadRun, RecordRun, RunRequest } from './record-run.ts'

export type ReadRequestMessage = RunRequest | 'close'

export type ReadReply = 'ready' | RecordRun | { readonly failed: string }

if (parentPort !== null)
  serve(parentPort, new Sqlite(workerData as string, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS }))

function serve(port: NonNullable<typeof parentPort>, database: Sqlite.Database): void {
  database.pragma(`mmap_size = ${MMAP_BYTES}`)
  const readRun = createRunReader(database)
  port.on('message', (request: ReadRequestMessage) => {
    if (request === 'close') {
      database.close()
      port.close()
    } else {
      const reply = replyTo(request, readRun)
      port.postMessage(reply, 'failed' in reply ? [] : memoryOf(reply))
    }
  })
  port.postMessage('ready' satisfies ReadReply)
}

function replyTo(request: RunRequest, readRun: ReadRun): RecordRun | { readonly failed: string } {
  try {
    return readRun(request)
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) }
  }
}

/** What is all a body's own. Small buffers share theirs, and are copied. */
function memoryOf({ slices }: RecordRun): Transferable[] {
  return slices.flatMap((slice) => {
    if (slice.kind !== 'verbatim') return []
    const { body } = slice
    return body.buffer instanceof ArrayBuffer && body.byteLength === body.buffer.byteLength ? [body.buffer] : []
  })
}
