/** The programs that are measured, each a process of its own, ended by its own handle. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { onEnd, scratchDirectory } from './scratch.ts'

export interface Server extends AsyncDisposable {
  readonly url: string
  readonly pid: number
}

export interface Broker extends Server {
  readonly dataDir: string
  /** Ends it and leaves its directory, for whoever wants to look at that, until it is disposed of. */
  stop(): Promise<void>
}

export interface BrokerSettings {
  readonly durability?: 'os' | 'fsync'
  /** Topics by name, with the number of their partitions. */
  readonly topics: Readonly<Record<string, number>>
  /** Of all of them; defaults where it says nothing. */
  readonly topicConfig?: Readonly<Record<string, number>>
  /** Run the sources although there is a bundle. */
  readonly sources?: boolean
  readonly nodeOptions?: readonly string[]
  /** Of `logbrook start`, beside those that every broker here has. */
  readonly flags?: readonly string[]
}

export type Floor = 'hello' | 'sink' | 'big'

const REPOSITORY = join(import.meta.dirname, '../..')
const SOURCES = join(REPOSITORY, 'apps/server/src/main.ts')
const BUNDLE = join(REPOSITORY, 'apps/server/dist/main.js')

/** What is measured: the bundle that `pnpm build` makes, else the sources. */
export function serverForm(): string {
  return relative(REPOSITORY, mainFile(false))
}

function mainFile(sources: boolean): string {
  return !sources && existsSync(BUNDLE) ? BUNDLE : SOURCES
}

/** A broker on a directory of its own, which goes when it goes. */
export async function startBroker(settings: BrokerSettings): Promise<Broker> {
  const { durability = 'os', topics, topicConfig = {}, sources = false, nodeOptions = [], flags = [] } = settings
  await using started = new AsyncDisposableStack()
  const { path: dataDir } = started.use(scratchDirectory())
  const args = ['start', '--port', '0', '--data-dir', dataDir, '--durability', durability, '--log-level', 'warn', ...flags]
  const server = started.use(await start([...nodeOptions, mainFile(sources), ...args]))
  for (const [name, partitions] of Object.entries(topics)) await createTopic(server.url, { name, partitions, config: topicConfig })
  const running = started.move()
  return { ...server, dataDir, stop: async () => await server[Symbol.asyncDispose](), [Symbol.asyncDispose]: () => running.disposeAsync() }
}

interface CreateTopicRequest {
  readonly name: string
  readonly partitions: number
  readonly config: Readonly<Record<string, number>>
}

async function createTopic(url: string, topic: CreateTopicRequest): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const created = await fetch(`${url}/v1/kafka/topics`, { method: 'POST', headers, body: JSON.stringify(topic) })
  if (!created.ok) throw new Error(`the topic was not created: ${await created.text()}`)
}

export function startFloor(floor: Floor): Promise<Server> {
  return start([join(import.meta.dirname, 'floor.ts'), floor])
}

async function start(args: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const killing = onEnd(() => void child.kill('SIGKILL'))
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^listening on (\S+)/.exec(line)?.[1]
    if (url === undefined) continue
    return {
      url,
      pid: child.pid!,
      async [Symbol.asyncDispose]() {
        child.kill('SIGTERM')
        await exited
        killing[Symbol.dispose]()
      },
    }
  }
  throw new Error(`${args.join(' ')} ended before it listened`)
}
