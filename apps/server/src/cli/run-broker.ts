/** A broker's life as a process: opened, announced, asked to end, drained. */
import type { Clock } from '@logbrook/kafka/clock'
import type { UserStore } from '@logbrook/kafka/users'
import type { Config } from '../config/config.ts'
import { applyInitFile, readInitFile } from '../init-file.ts'
import type { InitFile } from '../init-file.ts'
import { createLogger } from '../logger.ts'
import type { Logger } from '../logger.ts'
import type { ServerOptions } from '../server-options.ts'
import { startServer } from '../server.ts'
import type { RunningServer } from '../server.ts'
import { print, printJson, printLine } from './shell.ts'
import type { Shell } from './shell.ts'
import { createShutdown } from './shutdown.ts'

/** Resolves when the broker has been asked to end, and has. */
export async function runBroker(config: Config, shell: Shell, json: boolean): Promise<void> {
  const { clock, stdout, stderr } = shell
  const shutdown = createShutdown({ clock, endNow: () => process.exit(1) })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => shutdown.onSignal())

  const init = config.initFile === null ? undefined : await readInitFile(config.initFile, clock)
  const format = config.logFormat === 'auto' ? (stderr.isTTY === true ? 'pretty' : 'json') : config.logFormat
  const logger = await createLogger({ level: config.logLevel, format, clock, destination: stderr })
  const server = await startServer(serverOptions(config, init, clock, logger))
  await announce(server, config, shell, json)
  if (config.auth === 'required' && !(await hasLogin(server.storage.users))) await printLine(stderr, firstUserHelp(config))

  await shutdown.asked
  if (stdout.isTTY === true) await printLine(stdout, 'stopping')
  await server.close()
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
    intake: { successStatus: config.intakeSuccessStatus, rootTopic: config.intakeRootTopic, bareObject: config.intakeBareObject },
    clock,
    logger,
    random: Math.random,
    owner: `logbrook, pid ${process.pid}`,
    async prepare(storage) {
      if (init === undefined) return
      for (const sentence of await applyInitFile(init, storage, clock)) logger.info({}, `init file: ${sentence}`)
    },
  }
}

/** Its first line is what scripts wait for. */
async function announce({ url, port }: RunningServer, config: Config, { stdout }: Shell, json: boolean): Promise<void> {
  if (json) return await printJson(stdout, { url, port, pid: process.pid, data_dir: config.memory ? null : config.dataDir })
  await printLine(stdout, `listening on ${url}`)
  if (stdout.isTTY !== true) return
  const place = config.memory ? 'in memory, gone with this process' : `in ${config.dataDir}`
  await print(stdout, `records are kept ${place}; Ctrl-C stops\nopen ${url} to see what to do next\n`)
}

async function hasLogin(users: UserStore): Promise<boolean> {
  return (await users.users()).some(({ credential }) => credential !== null)
}

function firstUserHelp({ memory, dataDir }: Config): string {
  const command = `stop it and run: logbrook users create NAME --role dba --data-dir ${dataDir}`
  return `logbrook: nobody can log in: there is no user with a password yet; ${memory ? 'start with --init-file FILE' : `${command}, or start with --init-file FILE`}`
}
