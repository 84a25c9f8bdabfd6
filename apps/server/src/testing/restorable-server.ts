/**
 * A server whose contents can be taken and put back while it runs. Its port stays; storage, broker and door are opened anew behind it,
 * so that nothing of what was there before is left in any memory.
 *
 * - Requests that come while contents are replaced wait, and find the new ones.
 * - Requests under way are answered before, out of what was; who waits for records is told that their topic is gone.
 * - A replacement that fails leaves what was there.
 */
import type { Broker } from '@logbrook/broker/broker'
import { createGate } from '@logbrook/broker/gate'
import { systemClock } from '@logbrook/kafka/clock'
import { KafkaError } from '@logbrook/kafka/errors'
import { createMemorySecret } from '@logbrook/storage/session-secret'
import type { Storage } from '@logbrook/storage/storage'
import type { Door } from '../http/app.ts'
import { listen } from '../http/listener.ts'
import { urlOf } from '../http/url-of.ts'
import type { ServerOptions } from '../server-options.ts'
import { noteErrors, openInterior } from '../server.ts'
import type { Contents, Interceptors, Interior } from '../server.ts'
import { createHeldDoor } from './held-door.ts'

export interface RestorableServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Of the present contents: to be asked for anew after a restore, as is the storage. */
  readonly broker: Broker
  readonly storage: Storage
  snapshot(): Promise<Contents>
  /** @param before runs when nobody sees either contents; what it answers takes that back, where the new ones cannot be put in place */
  restore(contents: Contents, before?: () => () => void): Promise<void>
  /** Idempotent. */
  close(): Promise<void>
}

export interface RestorableServerOptions {
  /** What it holds at first, instead of what `options.prepare` makes. */
  readonly contents?: Contents | undefined
  readonly intercept?: ServerInterceptors | undefined
}

export interface ServerInterceptors extends Interceptors {
  /** Stands in front of the door, whatever is behind it. */
  readonly door?: (door: Door) => Door
  /** Sends every answer that is held back: the server is to stop. */
  readonly release?: () => void
}

/** @throws what `startServer` throws */
export async function startRestorableServer(
  given: ServerOptions,
  { contents: firstContents, intercept }: RestorableServerOptions = {},
): Promise<RestorableServer> {
  // Whoever has logged in as a user that is in the contents still is after they were put back.
  const options = given.location === 'memory' ? { ...given, sessionSecret: createMemorySecret() } : given
  const { prepare: _, ...unprepared } = options
  const inTurn = createGate(1)
  await using opened = new AsyncDisposableStack()
  let interior = await openInterior(firstContents === undefined ? options : unprepared, { contents: firstContents, intercept })
  opened.defer(() => interior[Symbol.asyncDispose]())
  const held = createHeldDoor(() => interior)
  const door = intercept?.door?.(held.door) ?? held.door
  // Stopping must come to an end on a clock that stands still, too.
  const listener = await listen({ ...options, clock: systemClock, onError: noteErrors(options), ...door })
  opened.defer(async () => {
    interior.waits.stop()
    interior.door.upgrades.stop()
    intercept?.release?.()
    await listener.close()
  })

  const open = (contents?: Contents) => openInterior(unprepared, { contents, intercept })

  async function replaceMemory(contents: Contents): Promise<void> {
    const previous = interior
    interior = await open(contents)
    await leave(previous)
  }

  /** A file is put in place of another only when nobody has that open. */
  async function replaceFile(contents: Contents): Promise<void> {
    await leave(interior)
    try {
      interior = await open(contents)
    } catch (error) {
      interior = await open()
      throw error
    }
  }

  const replace = options.location === 'memory' ? replaceMemory : replaceFile
  const running = opened.move()
  let closed: Promise<void> | undefined
  const close = () => (closed ??= inTurn(() => running.disposeAsync()))

  async function whileRunning<T>(work: () => Promise<T>): Promise<T> {
    return await inTurn(async () => {
      if (closed !== undefined) throw new KafkaError('SHUTTING_DOWN', 'the broker is stopped')
      return await work()
    })
  }

  return {
    url: urlOf(options.host, listener.port),
    port: listener.port,
    get broker() {
      return interior.broker
    },
    get storage() {
      return interior.storage
    },
    snapshot: () => whileRunning(async () => interior.snapshot()),
    restore: (contents, before) =>
      whileRunning(() =>
        held.whileShut(async () => {
          const takeBack = before?.()
          try {
            await replace(contents)
          } catch (error) {
            takeBack?.()
            throw error
          }
        }),
      ),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function leave(interior: Interior): Promise<void> {
  interior.storage.abandon()
  await interior[Symbol.asyncDispose]()
}
