/**
 * Deletes the rows that nobody can read any more — of deleted topics, below log starts — a bounded chunk at a time, with a turn of the
 * event loop in between, so that requests go on.
 *
 * - What is to be swept is written down (table `sweep`) in the transaction that made it unreadable: a process that dies is
 *   succeeded by one that sweeps on.
 * - A failure stops it until it is woken again: by the next deletion, trim or round of retention.
 */
import { OFFSETS_PER_PARTITION_MAX, SWEEP_BYTES_MAX, SWEEP_ROWS_MAX } from '@logbrook/kafka/limits'
import type { Checkpointer } from './checkpointer.ts'
import type { Database, Transact } from './database.ts'
import { rowId } from './row-id.ts'

export interface SweeperOptions {
  readonly database: Database
  readonly transact: Transact
  readonly checkpointer: Checkpointer
  /** Called when no row of a slot is left to sweep. */
  readonly swept: (slot: number) => void
}

/** `until_offset` for all of a slot's rows. */
const EVERYTHING = OFFSETS_PER_PARTITION_MAX

export class Sweeper {
  readonly #options: SweeperOptions
  readonly #mark
  readonly #next
  readonly #rows
  readonly #delete
  readonly #done
  #running: Promise<void> | undefined
  #isClosed = false

  constructor(options: SweeperOptions) {
    const { database } = options
    this.#options = options
    this.#mark = database.prepare<[number, number]>(
      `INSERT INTO sweep (slot, until_offset) VALUES (?, ?)
       ON CONFLICT (slot) DO UPDATE SET until_offset = max(until_offset, excluded.until_offset)`,
    )
    this.#next = database.prepare<[], { slot: number; until_offset: number }>('SELECT slot, until_offset FROM sweep LIMIT 1')
    this.#rows = database.prepare<[number, number, number], { id: number; bytes: number }>(
      'SELECT id, octet_length(body) AS bytes FROM batch WHERE id >= ? AND id < ? ORDER BY id LIMIT ?',
    )
    this.#delete = database.prepare<[number, number]>('DELETE FROM batch WHERE id >= ? AND id <= ?')
    this.#done = database.prepare<[number]>('DELETE FROM sweep WHERE slot = ?')
  }

  /** Inside the transaction that makes them unreadable: the slot's rows below `untilOffset` are to go. */
  mark(slot: number, untilOffset = EVERYTHING): void {
    if (untilOffset > 0) this.#mark.run(slot, untilOffset)
  }

  /** Starts sweeping, if there is something to sweep. Not to be called inside a transaction. */
  wake(): void {
    void this.drain()
  }

  /** Resolves when nothing is left to sweep, or sweeping failed. */
  drain(): Promise<void> {
    this.#running ??= this.#run()
    return this.#running
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      do {
        await nextTurn()
        await this.#options.checkpointer.room()
      } while (!this.#isClosed && this.#sweepChunk())
    } catch {
      // The marks are still there; whoever wakes it next sweeps on. What made it fail is told by the appends that it fails.
    } finally {
      // In the same turn as the last look, so that no mark made after it is missed.
      this.#running = undefined
    }
  }

  /** @returns whether there may be more */
  #sweepChunk(): boolean {
    const sweep = this.#next.get()
    if (sweep === undefined) return false
    const first = rowId(sweep.slot, 0)
    const end = rowId(sweep.slot, sweep.until_offset)
    const last = this.#lastOfChunk(first, end)
    this.#options.transact(() => {
      if (last === undefined) this.#done.run(sweep.slot)
      else this.#delete.run(first, last)
    })
    if (last === undefined) this.#options.swept(sweep.slot)
    this.#options.checkpointer.wrote(0)
    return true
  }

  #lastOfChunk(first: number, end: number): number | undefined {
    let last: number | undefined
    let bytes = 0
    for (const row of this.#rows.iterate(first, end, SWEEP_ROWS_MAX)) {
      bytes += row.bytes
      if (last !== undefined && bytes > SWEEP_BYTES_MAX) break
      last = row.id
    }
    return last
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
