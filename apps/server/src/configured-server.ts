/** A server made as its settings say: what `logbrook start` and a program that imports `logbrook` have in common. */
import type { Clock } from '@logbrook/kafka/clock'
import type { Config } from './config/config.ts'
import type { InitFile } from './init-file.ts'
import { createLogger } from './logger.ts'
import type { Logger, LoggerOptions } from './logger.ts'
import type { ServerOptions } from './server-options.ts'
import { startServer } from './server.ts'
import type { RunningServer } from './server.ts'

interface Surroundings {
  readonly clock: Clock
  /** Where log lines go: coloured, where `logFormat` is `auto`, when it is a terminal. */
  readonly stderr: LoggerOptions['destination'] & { readonly isTTY?: boolean | undefined }
  /** Whether the process is somebody else's, and its globals are left as they are. */
  readonly isGuest?: boolean
}

/**
 * @throws StartError when the address cannot be listened on
 * @throws KafkaError when the log cannot be opened, or the init file is not right
 */
export async function startConfiguredServer(config: Config, { clock, stderr, isGuest = false }: Surroundings): Promise<RunningServer> {
  const init = config.initFile === null ? undefined : await readInit(config.initFile, clock)
  const format = config.logFormat === 'auto' ? (stderr.isTTY === true ? 'pretty' : 'json') : config.logFormat
  const logger = await createLogger({ level: config.logLevel, format, clock, destination: stderr })
  return await startServer({ ...serverOptions(config, init, clock, logger), keepGlobals: isGuest })
}

/** Its schemas are loaded only where there is such a file. */
async function readInit(path: string, clock: Clock): Promise<InitFile> {
  const { readInitFile } = await import('./init-file.ts')
  return await readInitFile(path, clock)
}

function serverOptions(config: Config, init: InitFile | undefined, clock: Clock, logger: Logger): ServerOptions {
  return {
    host: config.host,
    port: config.port,
    location: config.memory ? 'memory' : { dataDir: config.dataDir },
    durability: config.durability,
    checkpoint: config.checkpoint,
    authentication: config.auth,
    acls: config.acls,
    superUsers: [...config.superUsers, ...(init?.superUsers ?? [])],
    allowWithoutBinding: config.allowEveryoneIfNoAclFound,
    allowedHosts: config.allowedHosts,
    corsOrigins: config.corsOrigins,
    trustedProxies: config.trustedProxies,
    intake: { successStatus: config.intakeSuccessStatus, rootTopic: config.intakeRootTopic, bareObject: config.intakeBareObject },
    clock,
    logger,
    random: Math.random,
    owner: `logbrook, pid ${process.pid}`,
    async prepare(storage) {
      if (init === undefined) return
      const { applyInitFile } = await import('./init-file.ts')
      for (const sentence of await applyInitFile(init, storage, clock)) logger.info({}, `init file: ${sentence}`)
    },
  }
}
