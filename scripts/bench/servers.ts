/** The programs that are measured, each a process of its own, ended by its own handle. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Server extends AsyncDisposable {
  readonly url: string
}

export interface BrokerSettings {
  readonly dataDir: string
  readonly durability: string
  readonly partitions: number
}

/** A broker with the topic `bench`. */
export async function startBroker({ dataDir, durability, partitions }: BrokerSettings): Promise<Server> {
  const main = join(import.meta.dirname, '../../apps/server/src/main.ts')
  const server = await start([main, 'start', '--port', '0', '--data-dir', dataDir, '--durability', durability])
  const body = JSON.stringify({ name: 'bench', partitions })
  const created = await fetch(`${server.url}/v1/kafka/topics`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  if (!created.ok) throw new Error(`the topic was not created: ${await created.text()}`)
  return server
}

export function startSink(): Promise<Server> {
  return start([join(import.meta.dirname, 'sink.ts')])
}

async function start(args: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^listening on (\S+)/.exec(line)?.[1]
    if (url === undefined) continue
    return {
      url,
      async [Symbol.asyncDispose]() {
        child.kill('SIGTERM')
        await exited
      },
    }
  }
  throw new Error(`${args.join(' ')} ended before it listened`)
}
