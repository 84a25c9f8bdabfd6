/**
 * What it costs a test to put its broker back: `snapshot`, `restore`, `reset` and `clone` of the published package's fixture, with ten thousand
 * records of 300 bytes in four partitions, as a sender's requests of a hundred leave them and as single ones do.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildPackage } from '../../build/package/package.ts'
import type { Finding, Scenario } from '../scenario.ts'
import { scratchDirectory } from '../scratch.ts'
import { spread } from '../statistics.ts'

const RECORDS = 10_000
const TIMES = 20

const PROGRAM = `
import { Logbrook } from 'logbrook/testing'

const [recordsPerRequest, dataDir] = process.argv.slice(2)
const broker = await Logbrook.create({ topics: { logs: { partitions: 4 } }, ...(dataDir === undefined ? {} : { dataDir }) })
const logs = broker.topic('logs')
const records = Array.from({ length: Number(recordsPerRequest) }, () => 'x'.repeat(300))
// One after the other: requests at once would share a row.
for (let i = 0; i < ${RECORDS} / records.length; i++) await logs.produce(records, { partition: i % 4 })

const taken = { snapshot: [], restore: [], reset: [], clone: [] }
async function time(what, work) {
  const startMs = performance.now()
  const result = await work()
  taken[what].push(performance.now() - startMs)
  return result
}
for (let i = 0; i < ${TIMES}; i++) {
  const before = await time('snapshot', () => broker.snapshot())
  await time('reset', () => broker.reset())
  await time('restore', () => broker.restore(before))
  await (await time('clone', () => broker.clone())).stop()
}
if ((await logs.records()).length !== ${RECORDS}) throw new Error('not all records are there again')
await broker.stop()
console.log(JSON.stringify(taken))
`

type Taken = Readonly<Record<'snapshot' | 'restore' | 'reset' | 'clone', readonly number[]>>

export const fixtureRestore: Scenario = {
  name: 'fixture-restore',
  depth: 'default',
  async measure() {
    using scratch = scratchDirectory()
    await buildPackage(join(scratch.path, 'node_modules/logbrook'))
    const program = join(scratch.path, 'restore.mjs')
    writeFileSync(program, PROGRAM)
    const run = (...args: string[]) => JSON.parse(execFileSync(process.execPath, [program, ...args], { encoding: 'utf8' })) as Taken
    return [
      ...findings('in memory, requests of 100', run('100')),
      ...findings('in memory, requests of 1', run('1')),
      ...findings('on disk, requests of 100', run('100', join(scratch.path, 'data'))),
      ...findings('on disk, requests of 1', run('1', join(scratch.path, 'more-data'))),
    ]
  },
}

function findings(place: string, taken: Taken): readonly Finding[] {
  return Object.entries(taken).map(([what, durationsMs]) => ({
    name: `fixture, ${what} ${place}`,
    unit: 'ms',
    spread: spread(durationsMs),
    note: `${RECORDS} records of 300 B, ${TIMES} times`,
  }))
}
