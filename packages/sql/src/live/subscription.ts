/**
 * One live query of one reader: first the rows that there were, batch by batch as they are asked for, and what was deleted since it was here last,
 * then what happens (contract 7.4, 7.5).
 *
 * - What happens while rows are still being fetched waits, within a limit, and is told after the last of them: no row twice, none left out.
 * - It ends once: by its reader, or with an error that its reader is told.
 */
import { LIVE_BATCH_ROWS_DEFAULT, LIVE_BATCH_ROWS_MAX, LIVE_BUFFER_BYTES_MAX } from '@logbrook/kafka/limits'
import { isOurs, LiveError, toLiveError } from './live-error.ts'
import type { LiveReader, SubscriptionOptions, SubscriptionRequest } from './live-queries.ts'
import type { Beginning, LiveListener, LiveRowsRead, LiveSource, Told } from './live-source.ts'
import { batchControl, errorMessage, initialDataBatch, subscriptionAck } from './messages.ts'
import type { LiveErrorCode } from './messages.ts'

export interface SubscriptionSurroundings {
  readonly reader: LiveReader
  readonly liveId: string
  readonly openedMs: number
  readonly nowMs: () => number
  /** Finds out what the query is of. @throws what is to be told */
  readonly describe: () => Promise<LiveSource>
  /** Told once. */
  readonly onEnd: () => void
  readonly onError: (error: unknown) => void
}

interface Waiting {
  readonly told: Told
  readonly isNew: () => boolean
}

export class Subscription implements LiveListener {
  readonly request: SubscriptionRequest
  readonly surroundings: SubscriptionSurroundings
  #source: LiveSource | undefined
  #phase: 'opening' | 'loading' | 'ready' | 'ended' = 'opening'
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #isReading = false
  #batches = 0
  #changes = 0
  #changedMs: number

  constructor(request: SubscriptionRequest, surroundings: SubscriptionSurroundings) {
    this.request = request
    this.surroundings = surroundings
    this.#changedMs = surroundings.openedMs
  }

  get source(): LiveSource | undefined {
    return this.#source
  }

  /** How many changes it was told, and when the last of them. */
  get told(): { readonly changes: number; readonly lastMs: number } {
    return { changes: this.#changes, lastMs: this.#changedMs }
  }

  async open(): Promise<void> {
    await this.#orEnd('SUBSCRIPTION_FAILED', async () => {
      const { options } = this.request
      if (options !== null) assertPossible(options)
      const source = await this.surroundings.describe()
      if (this.#isEnded()) return
      this.#source = source
      await source.start(this)
      if (this.#isEnded()) {
        source.stop()
        return
      }
      const first = options === null ? null : await source.read(beginningOf(options), rowsMaxOf(options))
      if (this.#isEnded()) return
      const control = batchControl(0, first?.hasMore ?? false, first?.lastSeq ?? null)
      this.surroundings.reader.send(subscriptionAck(this.request.id, control, source.schema))
      if (first === null) this.#becomeReady()
      else await this.#sendBatch(first)
    })
  }

  /** Ignored while there is none to be had, or one is on its way. */
  nextBatch(): void {
    const { options } = this.request
    if (this.#phase !== 'loading' || this.#isReading || options === null) return
    this.#isReading = true
    void this.#orEnd('BATCH_FETCH_FAILED', async () => {
      const batch = await this.#source!.read(beginningOf(options), rowsMaxOf(options))
      if (!this.#isEnded()) await this.#sendBatch(batch)
      this.#isReading = false
    })
  }

  tell(told: Told, isNew: () => boolean): void {
    if (this.#phase === 'ready') this.#send(told)
    else this.#keep({ told, isNew })
  }

  end(why: LiveError): void {
    if (this.#isEnded()) return
    this.stop()
    this.surroundings.reader.send(errorMessage(this.request.id, why.code, why.message))
  }

  room(): Promise<void> | null {
    return this.surroundings.reader.room()
  }

  /** Its reader wants no more of it. Idempotent. */
  stop(): void {
    if (this.#isEnded()) return
    this.#phase = 'ended'
    this.#waiting = []
    this.#source?.stop()
    this.surroundings.onEnd()
  }

  #isEnded(): boolean {
    return this.#phase === 'ended'
  }

  async #sendBatch({ rows, hasMore, lastSeq }: LiveRowsRead): Promise<void> {
    const { reader } = this.surroundings
    const frame = initialDataBatch(this.request.id, rows, batchControl(this.#batches++, hasMore, lastSeq))
    if (reader.compresses) await frame.compressLarge()
    if (this.#isEnded()) return
    reader.send(frame)
    if (hasMore) {
      this.#phase = 'loading'
      return
    }
    await this.#tellDeletions()
    if (!this.#isEnded()) this.#becomeReady()
  }

  /** At the reader's pace: there may be many. */
  async #tellDeletions(): Promise<void> {
    const from = this.request.options?.from ?? null
    if (from === null) return
    for await (const told of this.#source?.deletions?.(from) ?? []) {
      if (this.#isEnded()) return
      this.#send(told)
      await this.room()
    }
  }

  #becomeReady(): void {
    this.#phase = 'ready'
    const waiting = this.#waiting
    this.#waiting = []
    for (const { told, isNew } of waiting) if (isNew() && !this.#isEnded()) this.#send(told)
  }

  #send(told: Told): void {
    this.#changes++
    this.#changedMs = this.surroundings.nowMs()
    this.surroundings.reader.send(told.for(this.request.id))
  }

  #keep(waiting: Waiting): void {
    if (this.#isEnded()) return
    this.#waitingBytes += waiting.told.size
    if (this.#waitingBytes > LIVE_BUFFER_BYTES_MAX) {
      const problem = `more than ${LIVE_BUFFER_BYTES_MAX} bytes of changes came before the rows that there were had been fetched`
      this.end(new LiveError('SLOW_CONSUMER', `Too slow: ${problem}`))
    } else {
      this.#waiting.push(waiting)
    }
  }

  async #orEnd(code: LiveErrorCode, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (isOurs(error) && !this.#isEnded()) this.surroundings.onError(error)
      this.end(toLiveError(error, code))
    }
  }
}

/** @throws LiveError UNSUPPORTED */
function assertPossible({ from, lastRows, batchSize }: SubscriptionOptions): void {
  const size = batchSize ?? LIVE_BATCH_ROWS_DEFAULT
  if (from === null && lastRows !== null && lastRows > Math.min(size, LIVE_BATCH_ROWS_MAX)) {
    throw new LiveError('UNSUPPORTED', `last_rows is ${lastRows}, more than the ${Math.min(size, LIVE_BATCH_ROWS_MAX)} rows of a batch`)
  }
}

function beginningOf({ from, lastRows }: SubscriptionOptions): Beginning {
  return { from, last: from === null ? lastRows : null }
}

function rowsMaxOf({ batchSize }: SubscriptionOptions): number {
  return Math.min(Math.max(batchSize ?? LIVE_BATCH_ROWS_DEFAULT, 1), LIVE_BATCH_ROWS_MAX)
}
