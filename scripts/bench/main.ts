/**
 * `pnpm bench`: how fast the broker is, against what this machine could do at best, in the same run.
 *
 * - A floor is a bare node:http server that does as little as can be done: nobody who speaks HTTP on Node is faster.
 * - Broker and floor take turns, so that the machine's moods fall on both; ratios are of the medians.
 * - No threshold is asserted anywhere: figures are for reading.
 */
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { line, table } from './report.ts'
import type { Depth, Finding, Settings } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'
import { serverForm } from './servers.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
  },
})

const DEPTHS: readonly Depth[] = ['quick', 'default', 'full']
const depth: Depth = values.quick ? 'quick' : values.full ? 'full' : 'default'
const settings: Settings = {
  runs: values.quick ? 3 : 5,
  durationSeconds: values.quick ? 1 : 5,
  warmUpSeconds: values.quick ? 1 : 2,
  full: values.full,
  mixedLoadSeconds: 600,
}

const machine = {
  server: serverForm(),
  node: process.version,
  cores: availableParallelism(),
  cpu: cpus()[0]?.model ?? 'unknown',
}

const unknown = values.only.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name))
if (unknown.length > 0) throw new Error(`there is no scenario ${unknown[0]}; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`)

const chosen = SCENARIOS.filter((scenario) =>
  values.only.length > 0 ? values.only.includes(scenario.name) : DEPTHS.indexOf(scenario.depth) <= DEPTHS.indexOf(depth),
)

console.log(
  `${machine.server}, node ${machine.node}, ${machine.cores} cores of ${machine.cpu}, ${settings.runs} runs of ${settings.durationSeconds} s`,
)
const findings: Finding[] = []
for (const scenario of chosen) {
  const found = await scenario.measure(settings)
  for (const finding of found) console.log(line(finding))
  findings.push(...found)
}
console.log(`\n${table(findings)}`)
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ machine, settings, findings }, null, 2))
