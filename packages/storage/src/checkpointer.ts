/**
 * Keeps the write-ahead log (WAL) small, away from the path of requests.
 *
 * - The writer asks for a checkpoint now and then; a worker thread makes it on a connection of its own, in mode PASSIVE, which blocks
 *   nobody. But PASSIVE never gets to the end of a WAL that keeps growing, and only a WAL that was copied to its end is begun anew.
 * - So at `WAL_RENEWAL_BYTES` one checkpoint follows the other, and their pages are brought to the disk (page-sync.ts): each leaves less
 *   to the next, until so little is left that the writer can hold its next transaction for the rest. At `WAL_BYTES_MAX` it holds at once.
 * - What ends a hold is a checkpoint that began after it. One that began before answers that it has finished, of a WAL that was shorter.
 * - A reader in another process (a backup, a check) can keep a checkpoint from finishing. The writer then goes on, and holds again
 *   after each `CHECKPOINT_BYTES` more.
 * - The file is never truncated while open: overwriting costs a fifth of growing where every commit waits for the disk.
 * - Where there is no worker, or it died, the writer makes the checkpoints itself, after its answers are out.
 */
import { CHECKPOINT_BYTES, WAL_BYTES_MAX, WAL_RENEWAL_BYTES } from '@logbrook/kafka/limits'
import type { CheckpointResult } from './checkpoint-worker.ts'
import { CheckpointThread } from './checkpoint-thread.ts'
import type { Database, Statement } from './database.ts'
import { databaseFile } from './database.ts'
import { createFileMapping } from './file-mapping.ts'
import { nextTurn } from './next-turn.ts'

export interface Checkpointer {
  /** To be told after each transaction: rows, and bytes in them. */
  wrote(written: { readonly bytes: number; readonly rows: number }): void
  /** To be told after a transaction that failed: perhaps for want of room, which a checkpoint may make. */
  failed(): void
  /** What the next transaction has to wait for, if anything. Never rejects. */
  room(): Promise<void> | undefined
  close(): Promise<void>
}

export interface CheckpointerOptions {
  readonly database: Database
  readonly dataDir: string
  readonly by: 'worker' | 'inline'
  /** Brings the pages of checkpoints to the disk. */
  readonly syncPages: () => Promise<void>
  readonly checkpointed: (durationMs: number) => void
}

/** A database in memory has no WAL. */
export const noCheckpointer: Checkpointer = {
  wrote: () => undefined,
  failed: () => undefined,
  room: () => undefined,
  close: () => Promise.resolve(),
}

const PAGE_BYTES = 4096
const FRAME_BYTES = PAGE_BYTES + 24
const CHECKPOINT_FRAMES = Math.floor(CHECKPOINT_BYTES / FRAME_BYTES)
const RENEWAL_FRAMES = Math.floor(WAL_RENEWAL_BYTES / FRAME_BYTES)
/** How far a WAL may grow while it is being renewed before the writer holds. */
const RENEWAL_FRAMES_MAX = Math.floor((WAL_BYTES_MAX - WAL_RENEWAL_BYTES) / FRAME_BYTES)
/** So little is left that the writer can wait for it. Under a full load no less is ever left: it comes in during one checkpoint. */
const HOLD_FRAMES_MAX = Math.floor((2 * 1024 * 1024) / FRAME_BYTES)
/** Checkpoints before the hold, at most: where they do not get nearer, holding is the only way. */
const RENEWAL_ROUNDS_MAX = 6
/** The WAL is measured after so much was written: measuring each time would cost a third of a small commit. */
const MEASURE_BYTES = 1024 * 1024
/** What a transaction writes besides its rows, at most, roughly: a few pages of the tree. */
const TRANSACTION_BYTES = 32 * 1024

export function createCheckpointer({ database, dataDir, by, syncPages, checkpointed }: CheckpointerOptions): Checkpointer {
  const measure = database.prepare<[], CheckpointResult>('PRAGMA wal_checkpoint(NOOP)')
  const passive = database.prepare<[], CheckpointResult>('PRAGMA wal_checkpoint(PASSIVE)')
  const mapFile = createFileMapping(database)
  let thread = by === 'worker' ? new CheckpointThread(databaseFile(dataDir)) : undefined
  let isClosed = false
  let unmeasuredBytes = 0
  let renewalFrames = RENEWAL_FRAMES
  let running: Promise<CheckpointResult | undefined> | undefined
  let renewal: Promise<void> | undefined
  let hold: Promise<void> | undefined

  return {
    wrote({ bytes, rows }) {
      unmeasuredBytes += bytes + rows * PAGE_BYTES + TRANSACTION_BYTES
      if (unmeasuredBytes < MEASURE_BYTES) return
      unmeasuredBytes = 0
      const wal = attempt(measure)
      if (wal === undefined) return
      if (wal.log >= renewalFrames + RENEWAL_FRAMES_MAX) hold ??= holdWriter()
      else if (wal.log >= renewalFrames) renewal ??= renew()
      else if (leftIn(wal) >= CHECKPOINT_FRAMES) void checkpoint()
    },
    failed: () => void checkpoint(),
    room: () => hold,
    async close() {
      isClosed = true
      await thread?.close()
      await running
      await renewal
    },
  }

  async function renew(): Promise<void> {
    for (let round = 0; round < RENEWAL_ROUNDS_MAX; round++) {
      if (!(await comesNearer())) break
    }
    hold ??= holdWriter()
    await hold
    renewal = undefined
  }

  /** One checkpoint before the hold; answers whether another one would leave less still. */
  async function comesNearer(): Promise<boolean> {
    // A checkpoint of the writer's own finishes by itself: nothing comes in meanwhile.
    if (thread === undefined || hold !== undefined || isClosed) return false
    await checkpoint()
    // What goes wrong here goes wrong for the checkpoint that finishes, too, and is its to report.
    await syncPages().catch(() => {})
    return leftIn(attempt(measure)) > HOLD_FRAMES_MAX
  }

  async function holdWriter(): Promise<void> {
    // One that is under way began too early.
    await running
    const result = await checkpoint()
    const frames = attempt(measure)?.log ?? 0
    renewalFrames = leftIn(result) === 0 ? RENEWAL_FRAMES : Math.max(RENEWAL_FRAMES, frames + CHECKPOINT_FRAMES - RENEWAL_FRAMES_MAX)
    hold = undefined
  }

  /** One at a time; answers what became of it, or `undefined` when it failed: the next one makes up for it. */
  async function checkpoint(): Promise<CheckpointResult | undefined> {
    return isClosed ? undefined : (running ??= run())
  }

  async function run(): Promise<CheckpointResult | undefined> {
    const startMs = performance.now()
    const result = (await checkpointByThread()) ?? (await checkpointInline())
    if (result !== undefined) {
      checkpointed(performance.now() - startMs)
      mapFile()
    }
    running = undefined
    return result
  }

  async function checkpointByThread(): Promise<CheckpointResult | undefined> {
    try {
      return await thread?.checkpoint()
    } catch {
      // A thread that died will not come back.
      thread = undefined
      return undefined
    }
  }

  async function checkpointInline(): Promise<CheckpointResult | undefined> {
    if (thread !== undefined) return undefined
    // The answers of the group that brought this about go out first.
    await nextTurn()
    return isClosed ? undefined : attempt(passive)
  }
}

/** Frames that are not in the database yet; all there can be of a WAL that could not be asked. */
function leftIn(wal: CheckpointResult | undefined): number {
  return wal === undefined ? Infinity : wal.log - wal.checkpointed
}

/** A checkpoint that fails (a full disk, say) loses nothing: the WAL still has it all. */
function attempt(statement: Statement<[], CheckpointResult>): CheckpointResult | undefined {
  try {
    return statement.get()
  } catch {
    return undefined
  }
}
