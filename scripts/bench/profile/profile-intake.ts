/** The intake at full speed with V8's sampling profiler on. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assertAllAnswered } from '../compare.ts'
import { intakeLoad, load } from '../load.ts'
import type { Settings } from '../scenario.ts'
import { startBroker } from '../servers.ts'
import type { CpuProfile, Stack } from './cpu-profile.ts'
import { stacksIn } from './cpu-profile.ts'

const CONNECTIONS = 8
const PARTITIONS = 64
const SAMPLING_INTERVAL_US = 250
const NS_PER_US = 1000n

export interface ProfiledIntake {
  readonly stacks: readonly Stack[]
  readonly requests: number
  readonly note: string
  readonly file: string
}

/** Leaves the profile of each thread in `directory`. From the sources: a bundle has no files to tell apart. */
export async function profileIntake({ warmUpSeconds, durationSeconds }: Settings, directory: string): Promise<ProfiledIntake> {
  const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${directory}`, `--cpu-prof-interval=${SAMPLING_INTERVAL_US}`]
  await using broker = await startBroker({ topics: { bench: PARTITIONS }, sources: true, nodeOptions })
  const intake = intakeLoad({ connections: CONNECTIONS })
  await load(broker.url, warmUpSeconds, intake)
  const fromUs = nowUs()
  const run = await load(broker.url, durationSeconds, intake)
  const untilUs = nowUs()
  assertAllAnswered('the profiled intake', [run])
  await broker.stop()
  const file = mainThreadFile(directory, broker.pid)
  const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile
  const note = `${Math.round(run.requestsPerSecond)} requests/s while profiled, ${CONNECTIONS} connections, ${PARTITIONS} partitions`
  return { stacks: stacksIn(profile, { fromUs, untilUs }), requests: run.requests, note, file }
}

function nowUs(): number {
  return Number(process.hrtime.bigint() / NS_PER_US)
}

/** Node names them `CPU.<date>.<time>.<pid>.<thread>.<number>.cpuprofile`; the main thread is 0. */
function mainThreadFile(directory: string, pid: number): string {
  const name = readdirSync(directory).find((entry) => entry.includes(`.${pid}.0.`))
  if (name === undefined) throw new Error(`the broker left no profile in ${directory}`)
  return join(directory, name)
}
