/** A running Logbrook: storage, broker and HTTP door put together, and taken apart again in order. */
import { createBroker } from '@logbrook/broker/broker'
import type { Broker } from '@logbrook/broker/broker'
import { openStorage } from '@logbrook/storage/storage'
import type { Storage } from '@logbrook/storage/storage'
import { createApp } from './http/app.ts'
import { listen } from './http/listener.ts'
import { createWaits } from './http/waits.ts'
import { createMetrics } from './metrics.ts'
import type { ServerOptions } from './server-options.ts'

export interface RunningServer extends AsyncDisposable {
  /** Where a client on this machine finds it. */
  readonly url: string
  readonly port: number
  readonly broker: Broker
  readonly storage: Storage
  /** Answers what waits and what is under way, then closes the log. Idempotent. */
  close(): Promise<void>
}

/**
 * @throws StartError when the address cannot be listened on
 * @throws KafkaError KAFKA_STORAGE_ERROR when the log cannot be opened
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { clock, logger } = options
  const noteError = (error: unknown) => logger.error({ err: error }, 'something failed in the background')
  await using opened = new AsyncDisposableStack()

  const metrics = createMetrics()
  opened.defer(() => metrics.close())
  const storage = await openStorage({ ...options, observer: metrics.storage })
  opened.defer(() => storage.close())
  await options.prepare?.(storage)
  const broker = await createBroker({
    ...options,
    log: storage.log,
    userStore: storage.users,
    aclStore: storage.acls,
    observer: metrics.broker,
    onError: noteError,
  })
  opened.defer(() => broker.close())
  const waits = createWaits()
  const app = createApp({ broker, storage, clock, options, metrics, logger, waits })
  const listener = await listen({ host: options.host, port: options.port, clock, onError: noteError, ...app })
  opened.defer(async () => {
    waits.stop()
    await listener.close()
  })

  const running = opened.move()
  let closed: Promise<void> | undefined
  const close = () => (closed ??= running.disposeAsync())
  return { url: urlOf(options.host, listener.port), port: listener.port, broker, storage, close, [Symbol.asyncDispose]: close }
}

/** A server on every address is found on the loopback one. */
function urlOf(host: string, port: number): string {
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host)
  return `http://${reachable}:${port}`
}
