/**
 * `pnpm bench`: how fast the broker is, against what this machine could do at best, in the same run.
 *
 * - A floor is a bare node:http server that does as little as can be done: nobody who speaks HTTP on Node is faster.
 * - Broker and floor take turns, so that the machine's moods fall on both; ratios are of the medians.
 * - No threshold is asserted anywhere: figures are for reading.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { profileIntake } from './profile/profile-intake.ts'
import { summarizeProfile } from './profile/summary.ts'
import { line, table } from './report.ts'
import type { Depth, Finding, Scenario, Settings } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'
import { stageFindings } from './scenarios/stages.ts'
import { serverForm } from './servers.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
    'mixed-load-seconds': { type: 'string', default: '600' },
    profile: { type: 'boolean', default: false },
  },
})

/** Beside the sources, and not under version control. */
const PROFILES = join(import.meta.dirname, '../../profiles')
const DEPTHS: readonly Depth[] = ['quick', 'default', 'full']
const depth: Depth = values.quick ? 'quick' : values.full ? 'full' : 'default'
const settings: Settings = {
  runs: values.quick ? 3 : 5,
  durationSeconds: values.quick ? 1 : values.full ? 5 : 3,
  warmUpSeconds: values.quick ? 1 : 2,
  full: values.full,
  mixedLoadSeconds: Number(values['mixed-load-seconds']),
}

const machine = {
  server: serverForm(),
  node: process.version,
  cores: availableParallelism(),
  cpu: cpus()[0]?.model ?? 'unknown',
}

// An end that servers and directories hear of.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

const findings: Finding[] = []
if (values.profile) await profile()
else await measure(chosenScenarios())
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ machine, settings, findings }, null, 2))

async function measure(scenarios: readonly Scenario[]): Promise<void> {
  const { server, node, cores, cpu } = machine
  console.log(`${server}, node ${node}, ${cores} cores of ${cpu}, ${settings.runs} runs of ${settings.durationSeconds} s`)
  for (const scenario of scenarios) {
    // A long run is not to be lost for one that fails.
    const found = await scenario.measure(settings).catch((error: unknown) => {
      console.error(`${scenario.name}:`, error)
      process.exitCode = 1
      return []
    })
    for (const finding of found) console.log(line(finding))
    findings.push(...found)
  }
  console.log(`\n${table(findings)}`)
}

async function profile(): Promise<void> {
  mkdirSync(PROFILES, { recursive: true })
  const profiled = await profileIntake(settings, PROFILES)
  findings.push(...stageFindings(profiled))
  console.log(`${summarizeProfile(profiled.stacks, profiled.requests)}\n`)
  console.log(table(findings))
  console.log(`\n${relative('', profiled.file)} opens in the developer tools of a browser`)
}

function chosenScenarios(): readonly Scenario[] {
  if (values.only.length === 0) return SCENARIOS.filter((scenario) => DEPTHS.indexOf(scenario.depth) <= DEPTHS.indexOf(depth))
  return values.only.map((name) => {
    const named = SCENARIOS.find((scenario) => scenario.name === name)
    if (named === undefined) throw new Error(`there is no scenario ${name}; there are ${SCENARIOS.map((each) => each.name).join(', ')}`)
    return named
  })
}
