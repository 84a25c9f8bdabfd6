/** `import { startLogbrook } from 'logbrook'`: a broker inside another program. */
import { systemClock } from '@logbrook/kafka/clock'
import type { Config } from '../config/config.ts'
import { readOptions } from '../config/read-options.ts'
import { startConfiguredServer } from '../configured-server.ts'

export { KafkaError } from '@logbrook/kafka/errors'
export { StartError } from '../start-error.ts'
export { UsageError } from '../usage-error.ts'

/** The settings of `logbrook start`, by the same names (`--data-dir` is `dataDir`) and with the same defaults, but for `logLevel`. */
export type StartOptions = Partial<Config>

export interface RunningLogbrook extends AsyncDisposable {
  /** `http://127.0.0.1:8080`: where a client on this machine finds it. */
  readonly url: string
  readonly port: number
  /** Answers what waits and what is under way, then closes the log. Idempotent. */
  close(): Promise<void>
}

/**
 * Resolves when the broker takes requests. It lives in this process and on its event loop, keeps its log lines to itself unless `logLevel` says
 * otherwise, and leaves signals alone.
 *
 * @throws UsageError for an option that is unknown or wrong
 * @throws StartError when the address cannot be listened on
 * @throws KafkaError when the log cannot be opened, or the init file is not right
 */
export async function startLogbrook(options: StartOptions = {}): Promise<RunningLogbrook> {
  const config = readOptions({ logLevel: 'silent', ...options })
  const server = await startConfiguredServer(config, { clock: systemClock, stderr: process.stderr, isGuest: true })
  const close = () => server.close()
  return { url: server.url, port: server.port, close, [Symbol.asyncDispose]: close }
}
