/** A broker's life as a process: opened, announced, asked to end, drained. */
import { KafkaError } from '@logbrook/kafka/errors'
import type { UserStore } from '@logbrook/kafka/users'
import type { Config } from '../config/config.ts'
import { startConfiguredServer } from '../configured-server.ts'
import type { RunningServer } from '../server.ts'
import { StartError } from '../start-error.ts'
import { PROJECT_FILE } from './project-file.ts'
import type { ProjectFile } from './project-file.ts'
import { projectLines } from './project-lines.ts'
import { print, printJson, printLine } from './shell.ts'
import type { Shell } from './shell.ts'
import { createShutdown } from './shutdown.ts'

interface BrokerRun {
  readonly config: Config
  readonly shell: Shell
  readonly project: ProjectFile | undefined
  /** Whether the first line is JSON. */
  readonly json: boolean
}

/** Resolves when the broker has been asked to end, and has. */
export async function runBroker(run: BrokerRun): Promise<void> {
  const { config, shell, project } = run
  const { clock, stdout, stderr } = shell
  const shutdown = createShutdown({ clock, endNow: () => process.exit(1) })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => shutdown.onSignal())

  let applied: readonly string[] = []
  const server = await startConfiguredServer(config, {
    clock,
    stderr,
    init: project && { place: PROJECT_FILE, body: project.init },
    // A person reads it below the address; a machine among the log lines.
    onInit: stdout.isTTY === true && !run.json ? (sentences) => (applied = sentences) : undefined,
  }).catch(async (error: unknown) => {
    throw await withAdvice(error, config)
  })
  await announce(server, run, applied)
  if (config.auth === 'required' && !(await hasLogin(server.storage.users))) await printLine(stderr, firstUserHelp(config))

  await shutdown.asked
  if (stdout.isTTY === true) await printLine(stdout, 'stopping')
  await server.close()
}

async function withAdvice(error: unknown, { port }: Config): Promise<unknown> {
  if (error instanceof KafkaError && error.message.includes(' is in use by ')) {
    return new StartError(`${error.message}; logbrook doctor says on which port, --data-dir takes another directory`, { cause: error })
  }
  if (!(error instanceof StartError) || (error.cause as NodeJS.ErrnoException | undefined)?.code !== 'EADDRINUSE') return error
  const { takenPortAdvice } = await import('./taken-port.ts')
  return new StartError(`${error.message}; ${takenPortAdvice(port)}`, { cause: error })
}

/** Its first line is what scripts wait for. */
async function announce(server: RunningServer, run: BrokerRun, applied: readonly string[]): Promise<void> {
  const { config, shell, project, json } = run
  const { url } = server
  const { stdout } = shell
  if (json) return await printJson(stdout, announcement(server, config))
  await printLine(stdout, `listening on ${url}`)
  if (stdout.isTTY !== true) return
  const place = config.memory ? 'in memory, gone with this process' : `in ${config.dataDir}`
  await printLine(stdout, `records are kept ${place}; Ctrl-C stops`)
  if (project !== undefined) await print(stdout, projectLines(project, config, applied))
  await printLine(stdout, `open ${url} to see what to do next`)
}

/** What a script that has started the broker needs to know of it. */
function announcement({ url, port }: RunningServer, { memory, dataDir, testing }: Config): object {
  return {
    url,
    // Log senders append the topic.
    datadog_url: `${url}/dd`,
    testing_url: testing ? `${url}/v1/testing` : null,
    port,
    pid: process.pid,
    data_dir: memory ? null : dataDir,
  }
}

async function hasLogin(users: UserStore): Promise<boolean> {
  return (await users.users()).some(({ credential }) => credential !== null)
}

function firstUserHelp({ memory, dataDir }: Config): string {
  const command = `stop it and run: logbrook users create NAME --role dba --data-dir ${dataDir}`
  return `logbrook: nobody can log in: there is no user with a password yet; ${memory ? 'start with --init-file FILE' : `${command}, or start with --init-file FILE`}`
}
