/** A server made as its settings say: what `logbrook start` and a program that imports `logbrook` have in common. */
import type { SessionLimits } from '@logbrook/broker/sessions/sessions'
import type { Clock } from '@logbrook/kafka/clock'
import { AUTH_REQUESTS_PER_SECOND_MAX, LOGIN_FAILURES_MAX, SQL_REQUESTS_PER_SECOND_MAX } from '@logbrook/kafka/limits'
import type { SqlLimits } from '@logbrook/sql/sql'
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
  /** What is to be there where the settings name no init file. */
  readonly init?: InitBody | undefined
  /** Told what of an init file was done, a sentence each. By default log lines say it. */
  readonly onInit?: ((sentences: readonly string[]) => void) | undefined
}

interface InitBody {
  /** Where it was written, as sentences about it begin. */
  readonly place: string
  readonly body: unknown
}

/**
 * @throws StartError when the address cannot be listened on
 * @throws KafkaError when the log cannot be opened, or the init file is not right
 */
export async function startConfiguredServer(config: Config, surroundings: Surroundings): Promise<RunningServer> {
  const { clock, stderr, isGuest = false } = surroundings
  const init = await readInit(config, surroundings)
  const format = config.logFormat === 'auto' ? (stderr.isTTY === true ? 'pretty' : 'json') : config.logFormat
  const logger = await createLogger({ level: config.logLevel, format, clock, destination: stderr })
  const options = { ...serverOptions(config, init, clock, logger), keepGlobals: isGuest }
  if (!config.testing) return await startServer(options)
  // Nobody else's start is to wait for it.
  const { startControlledServer } = await import('./testing/controlled-server.ts')
  return await startControlledServer(options, config.clock)
}

interface Init {
  readonly place: string
  readonly file: InitFile
  readonly onInit: Surroundings['onInit']
}

/** Its schemas are loaded only where there is such a file. */
async function readInit({ initFile: path }: Config, { init, onInit, clock }: Surroundings): Promise<Init | undefined> {
  if (path === null && init === undefined) return undefined
  const { readInitBody, readInitFile } = await import('./init-file.ts')
  if (path !== null) return { place: 'init file', file: await readInitFile(path, clock), onInit }
  return init && { place: init.place, file: await readInitBody(init.place, init.body, clock), onInit }
}

/** What a test asks for is its own business. */
function sessionLimits({ testing, authRequestsPerSecond, loginFailuresMax }: Config): SessionLimits {
  return {
    authRequestsPerSecond: authRequestsPerSecond ?? (testing ? 0 : AUTH_REQUESTS_PER_SECOND_MAX),
    loginFailuresMax: loginFailuresMax ?? (testing ? 0 : LOGIN_FAILURES_MAX),
  }
}

function sqlLimits({ testing, sqlRequestsPerSecond, sqlStatementMs }: Config): Partial<SqlLimits> {
  return {
    requestsPerSecond: sqlRequestsPerSecond ?? (testing ? 0 : SQL_REQUESTS_PER_SECOND_MAX),
    statementMsMax: sqlStatementMs,
  }
}

function serverOptions(config: Config, init: Init | undefined, clock: Clock, logger: Logger): ServerOptions {
  return {
    host: config.host,
    port: config.port,
    location: config.memory ? 'memory' : { dataDir: config.dataDir },
    durability: config.durability,
    checkpoint: config.checkpoint,
    authentication: config.auth,
    acls: config.acls,
    superUsers: [...config.superUsers, ...(init?.file.superUsers ?? [])],
    allowWithoutBinding: config.allowEveryoneIfNoAclFound,
    allowedHosts: config.allowedHosts,
    corsOrigins: config.corsOrigins,
    trustedProxies: config.trustedProxies,
    sessionLimits: sessionLimits(config),
    sqlLimits: sqlLimits(config),
    remoteSetup: config.remoteSetup,
    secureCookies: config.secureCookies,
    intake: { successStatus: config.intakeSuccessStatus, rootTopic: config.intakeRootTopic, bareObject: config.intakeBareObject },
    clock,
    logger,
    random: Math.random,
    owner: `logbrook, pid ${process.pid}`,
    async prepare(storage) {
      if (init === undefined) return
      const { applyInitFileTo } = await import('./init-file.ts')
      const { place, file, onInit } = init
      const sentences = await applyInitFileTo(storage, file, { place, clock })
      if (onInit !== undefined) onInit(sentences)
      else for (const sentence of sentences) logger.info({}, `${place}: ${sentence}`)
    },
  }
}
