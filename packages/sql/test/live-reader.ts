/** A reader of live queries, past the socket: the frames that it is sent, in order. */
import assert from 'node:assert/strict'
import type { Frame } from '../src/live/frame.ts'
import type { LiveConnection, LiveReader, SubscriptionOptions } from '../src/live/live-queries.ts'
import type { SqlCaller } from '../src/services.ts'
import { DBA } from './sql-under-test.ts'
import type { SqlUnderTest } from './sql-under-test.ts'

export type Message = Readonly<Record<string, unknown>> & { readonly type: string }

const NO_OPTIONS: SubscriptionOptions = { batchSize: null, lastRows: null, from: null }

export class Reader implements LiveReader, Disposable {
  readonly caller: SqlCaller
  readonly compresses = false
  readonly connection: LiveConnection
  readonly frames: Frame[] = []
  wasLost = false
  /** What `room` answers. */
  full: Promise<void> | null = null
  readonly #came: Message[] = []
  readonly #waiting: ((message: Message) => void)[] = []

  constructor({ sql }: Pick<SqlUnderTest, 'sql'>, caller: SqlCaller = DBA) {
    this.caller = caller
    this.connection = sql.live.open(this)
  }

  send(frame: Frame): void {
    this.frames.push(frame)
    const message = JSON.parse(frame.text.toString()) as Message
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#came.push(message)
    else waiting(message)
  }

  room(): Promise<void> | null {
    return this.full
  }

  lost = (): void => {
    this.wasLost = true
  }

  next(): Promise<Message> {
    const came = this.#came.shift()
    return came === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(came)
  }

  /** What came and was not asked for. */
  get unread(): readonly Message[] {
    return this.#came
  }

  async nextOf(type: string): Promise<Message> {
    const message = await this.next()
    assert.equal(message.type, type, JSON.stringify(message))
    return message
  }

  /** @param options `null`: no rows but those that change */
  subscribe(id: string, sql: string, options: Partial<SubscriptionOptions> | null = {}): void {
    this.connection.subscribe({ id, sql, options: options === null ? null : { ...NO_OPTIONS, ...options } })
  }

  /** To a query that has no more rows than one batch; they are the answer. */
  async subscribed(id: string, sql: string, options: Partial<SubscriptionOptions> | null = {}): Promise<readonly unknown[]> {
    this.subscribe(id, sql, options)
    const ack = await this.nextOf('subscription_ack')
    assert.equal((ack['batch_control'] as { status: string }).status, 'ready', JSON.stringify(ack))
    return options === null ? [] : ((await this.nextOf('initial_data_batch'))['rows'] as readonly unknown[])
  }

  /** The code and the words of a refusal. */
  async refused(
    id: string,
    sql: string,
    options: Partial<SubscriptionOptions> | null = {},
  ): Promise<readonly [code: unknown, message: unknown]> {
    this.subscribe(id, sql, options)
    const error = await this.nextOf('error')
    assert.equal(error['subscription_id'], id)
    return [error['code'], error['message']]
  }

  [Symbol.dispose](): void {
    this.connection.close()
  }
}

/** The next change: its kind, the rows as they are, the rows as they were. */
export async function change(reader: Reader): Promise<readonly [type: unknown, rows: unknown, olds: unknown]> {
  const { change_type: type, rows, old_values: olds } = await reader.nextOf('change')
  return [type, rows, olds]
}
