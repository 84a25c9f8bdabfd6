/**
 * What a test waits for: `Logbrook.create()` of the published package, from a cold `node` and once it is loaded.
 *
 * - Cold is from the spawn of a process that imports `logbrook/testing` to the line that it writes when its broker takes requests; the floor is a
 *   process that writes the line at once.
 * - Once loaded is as one process measures it, broker after broker, each stopped before the next.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildPackage } from '../../build/package/package.ts'
import type { Finding, Scenario } from '../scenario.ts'
import { scratchDirectory } from '../scratch.ts'
import { spread } from '../statistics.ts'

const COLD_STARTS = 15
const CREATED = 50

const HELLO = `console.log('ready'); setInterval(() => {}, 1000)`
const COLD = `
import { Logbrook } from 'logbrook/testing'
await Logbrook.create({ topics: { logs: { partitions: 4 } } })
console.log('ready')
`
const LOADED = `
import { Logbrook } from 'logbrook/testing'
const createdMs = []
for (let i = 0; i <= ${CREATED}; i++) {
  const startMs = performance.now()
  const broker = await Logbrook.create({ topics: { logs: { partitions: 4 } } })
  createdMs.push(performance.now() - startMs)
  await broker.stop()
}
console.log(JSON.stringify(createdMs.slice(1)))
`

export const fixtureStart: Scenario = {
  name: 'fixture-start',
  depth: 'default',
  async measure() {
    using scratch = scratchDirectory()
    await buildPackage(join(scratch.path, 'node_modules/logbrook'))
    const program = (name: string, code: string) => {
      const path = join(scratch.path, `${name}.mjs`)
      writeFileSync(path, code)
      return path
    }
    const createdMs = JSON.parse(execFileSync(process.execPath, [program('loaded', LOADED)], { encoding: 'utf8' })) as number[]
    return [
      await measureColdStarts(program('cold', COLD), program('hello', HELLO)),
      {
        name: 'fixture, once loaded',
        unit: 'ms',
        spread: spread(createdMs),
        note: `Logbrook.create with one topic, in memory, ${CREATED} times`,
      },
    ]
  },
}

async function measureColdStarts(cold: string, hello: string): Promise<Finding> {
  const coldMs: number[] = []
  const helloMs: number[] = []
  for (let start = 0; start < COLD_STARTS; start++) {
    coldMs.push(await untilReadyMs(cold))
    helloMs.push(await untilReadyMs(hello))
  }
  const note = 'the published package, its imports included'
  return { name: 'fixture, from a cold node', unit: 'ms', spread: spread(coldMs), floor: { name: 'node', spread: spread(helloMs) }, note }
}

async function untilReadyMs(program: string): Promise<number> {
  const startMs = performance.now()
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  try {
    const [said] = (await Promise.race([once(child.stdout, 'data'), exited])) as [unknown]
    if (String(said) !== 'ready\n') throw new Error(`${program} did not get ready`)
    return performance.now() - startMs
  } finally {
    child.kill('SIGKILL')
    await exited
  }
}
