/**
 * A server whose contents can be taken and put back while it runs. Its port stays; storage, broker and door are opened anew behind it,
 * so that nothing of what was there before is left in any memory.
 *
 * - Requests that come while contents are replaced wait, and find the new ones.
 * - Requests under way are answered before, out of what was; who waits for records is told that their topic is gone.
 * - A replacement that fails leaves what was there.
 */
import type { ServerResponse } from 'node:http'
import type { Broker } from '@logbrook/broker/broker'
import { createGate } from '@logbrook/broker/gate'
import { systemClock } from '@logbrook/kafka/clock'
import type { Snapshot } from '@logbrook/storage/snapshot'
import type { Storage } from '@logbrook/storage/storage'
import type { Door } from '../http/app.ts'
import { listen } from '../http/listener.ts'
import type { ServerOptions } from '../server-options.ts'
import { noteErrors, openInterior, urlOf } from '../server.ts'
import type { Interceptors, Interior } from '../server.ts'

export interface RestorableServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Of the present contents: to be asked for anew after a restore, as is the storage. */
  readonly broker: Broker
  readonly storage: Storage
  snapshot(): Promise<Snapshot>
  /** @param meanwhile runs before anyone sees the new contents */
  restore(contents: Snapshot, meanwhile?: () => void): Promise<void>
  /** Idempotent. */
  close(): Promise<void>
}

export interface RestorableServerOptions {
  /** What it holds at first, instead of what `options.prepare` makes. */
  readonly contents?: Snapshot | undefined
  readonly intercept?: ServerInterceptors | undefined
}

export interface ServerInterceptors extends Interceptors {
  /** Stands in front of the door, whatever is behind it. */
  readonly door?: (door: Door) => Door
  /** Told when the server stops: what it holds back is to go out. */
  readonly release?: () => void
}

/** Requests that take longer to arrive find their topics gone. */
const UNDER_WAY_MS_MAX = 1_000

/** @throws what `startServer` throws */
export async function startRestorableServer(
  options: ServerOptions,
  { contents: firstContents, intercept }: RestorableServerOptions = {},
): Promise<RestorableServer> {
  const { prepare: _, ...reopenOptions } = options
  const inTurn = createGate(1)
  await using opened = new AsyncDisposableStack()
  let interior = await openInterior(firstContents === undefined ? options : reopenOptions, { contents: firstContents, intercept })
  opened.defer(() => interior[Symbol.asyncDispose]())
  let replacement: Promise<void> | undefined
  const underWay = new Map<ServerResponse, Promise<Response>>()

  const door: Door = {
    answer(request, env) {
      if (replacement !== undefined) return replacement.then(() => door.answer(request, env))
      const answer = interior.door.answer(request, env)
      if (!(answer instanceof Promise)) return answer
      underWay.set(env.outgoing, answer)
      return answer.finally(() => underWay.delete(env.outgoing))
    },
    refuse: (error) => interior.door.refuse(error),
  }
  // Stopping must come to an end on a clock that stands still, too.
  const listener = await listen({ ...options, clock: systemClock, onError: noteErrors(options), ...(intercept?.door?.(door) ?? door) })
  opened.defer(async () => {
    interior.waits.stop()
    intercept?.release?.()
    await listener.close()
  })

  function reopen(contents?: Snapshot): Promise<Interior> {
    return openInterior(reopenOptions, { contents, intercept })
  }

  async function replace(contents: Snapshot, meanwhile: () => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    replacement = promise
    try {
      await answered()
      meanwhile()
      if (options.location === 'memory') {
        const previous = interior
        interior = await reopen(contents)
        await leave(previous)
      } else {
        await leave(interior)
        // A file can be put in place of another only when nobody has that open.
        interior = await reopen(contents).catch(async (error: unknown) => {
          interior = await reopen()
          throw error
        })
      }
    } finally {
      replacement = undefined
      resolve()
    }
  }

  /** Everything that is under way, but for what waits. */
  async function answered(): Promise<void> {
    const { promise: late, resolve: giveUp } = Promise.withResolvers<void>()
    const timer = systemClock.after(UNDER_WAY_MS_MAX, giveUp)
    const awaited = [...underWay].filter(([outgoing]) => !interior.waits.isOpen(outgoing)).map(([, answer]) => answer)
    await Promise.race([Promise.allSettled(awaited), late])
    timer.cancel()
  }

  const running = opened.move()
  let closed: Promise<void> | undefined
  const close = () => (closed ??= inTurn(() => running.disposeAsync()))
  return {
    url: urlOf(options.host, listener.port),
    port: listener.port,
    get broker() {
      return interior.broker
    },
    get storage() {
      return interior.storage
    },
    snapshot: () => inTurn(async () => interior.storage.snapshot()),
    restore: (contents, meanwhile = () => {}) => inTurn(() => replace(contents, meanwhile)),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function leave(interior: Interior): Promise<void> {
  interior.storage.abandon()
  await interior[Symbol.asyncDispose]()
}
