/** A broker's life as a process: opened, announced, asked to end, drained. */
import type { UserStore } from '@logbrook/kafka/users'
import type { Config } from '../config/config.ts'
import { startConfiguredServer } from '../configured-server.ts'
import type { RunningServer } from '../server.ts'
import { print, printJson, printLine } from './shell.ts'
import type { Shell } from './shell.ts'
import { createShutdown } from './shutdown.ts'

/** Resolves when the broker has been asked to end, and has. */
export async function runBroker(config: Config, shell: Shell, json: boolean): Promise<void> {
  const { clock, stdout, stderr } = shell
  const shutdown = createShutdown({ clock, endNow: () => process.exit(1) })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => shutdown.onSignal())

  const server = await startConfiguredServer(config, { clock, stderr })
  await announce(server, config, shell, json)
  if (config.auth === 'required' && !(await hasLogin(server.storage.users))) await printLine(stderr, firstUserHelp(config))

  await shutdown.asked
  if (stdout.isTTY === true) await printLine(stdout, 'stopping')
  await server.close()
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
