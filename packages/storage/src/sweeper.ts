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
import { nextTurn } from './next-turn.ts'
import { rowId } from './row-id.ts'

export interface SweeperOptions {
  readonly database: Database
  readonly transact: Transact
  readonly checkpointer: Checkpointer
  /** Called when no row of a slot is left to sweep. */
  readonly swept: (slot: number) => void
}

interface Mark {
  readonly slot: number
  readonly until_offset: number
}

/** `until_offset` for all of a slot's rows. */
const EVERYTHING = OFFSETS_PER_PARTITION_MAX

export class Sweeper {
  readonly #options: SweeperOptions
  readonly #mark
  readonly #marks
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
    this.#marks = database.prepare<[number], Mark>('SELECT slot, until_offset FROM sweep LIMIT ?')
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
    const marks = this.#marks.all(SWEEP_ROWS_MAX)
    if (marks.length === 0) return false
    const swept: number[] = []
    this.#options.transact(() => {
      const budget = { rows: SWEEP_ROWS_MAX, bytes: SWEEP_BYTES_MAX }
      for (const mark of marks) {
        if (!this.#sweepSlot(mark, budget)) break
        this.#done.run(mark.slot)
        swept.push(mark.slot)
      }
    })
    for (const slot of swept) this.#options.swept(slot)
    this.#options.checkpointer.wrote({ bytes: 0, rows: SWEEP_ROWS_MAX })
    return true
  }

  /** Deletes what the budget allows, and one row in any case; answers whether that was all. */
  #sweepSlot({ slot, until_offset }: Mark, budget: { rows: number; bytes: number }): boolean {
    const first = rowId(slot, 0)
    let last: number | undefined
    let isAll = true
    for (const row of this.#rows.iterate(first, rowId(slot, until_offset), SWEEP_ROWS_MAX + 1)) {
      const isFirstOfChunk = budget.rows === SWEEP_ROWS_MAX
      isAll = isFirstOfChunk || (budget.rows > 0 && row.bytes <= budget.bytes)
      if (!isAll) break
      budget.rows--
      budget.bytes -= row.bytes
      last = row.id
    }
    if (last !== undefined) this.#delete.run(first, last)
    return isAll
  }
}
