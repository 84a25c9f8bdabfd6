/** The broker against a floor, under the same load and in turns, so that the machine's moods fall on both. */
import { load } from './load.ts'
import type { Load, MeasuredLoad } from './load.ts'
import { usageWithChildren } from './process-usage.ts'
import type { Finding, Latency, LoadUsage, Settings } from './scenario.ts'
import type { Server } from './servers.ts'
import { spread } from './statistics.ts'

export interface Comparison {
  readonly name: string
  readonly note: string
  readonly broker: Server
  readonly floor: Server
  readonly floorName: string
  readonly load: Load
  /** Where the floor must be asked otherwise. */
  readonly floorLoad?: Load
  /** What a request carries: 100 records make records/s of requests/s. */
  readonly unit: string
  readonly unitsPerRequest: number
}

export async function compare(settings: Settings, comparison: Comparison): Promise<Finding> {
  const { broker, floor, unitsPerRequest } = comparison
  const loadBroker = (seconds: number) => load(broker.url, seconds, comparison.load)
  const loadFloor = (seconds: number) => load(floor.url, seconds, comparison.floorLoad ?? comparison.load)
  await loadBroker(settings.warmUpSeconds)
  await loadFloor(settings.warmUpSeconds)
  const brokerRuns: MeasuredLoad[] = []
  const floorRuns: MeasuredLoad[] = []
  let cpuSeconds = 0
  for (let run = 0; run < settings.runs; run++) {
    const before = usageWithChildren(broker.pid)
    brokerRuns.push(await loadBroker(settings.durationSeconds))
    cpuSeconds += usageWithChildren(broker.pid).cpuSeconds - before.cpuSeconds
    floorRuns.push(await loadFloor(settings.durationSeconds))
  }
  assertAllAnswered(comparison.name, [...brokerRuns, ...floorRuns])
  const rates = (runs: readonly MeasuredLoad[]) => spread(runs.map((run) => run.requestsPerSecond * unitsPerRequest))
  return {
    name: comparison.name,
    unit: comparison.unit,
    spread: rates(brokerRuns),
    floor: { name: comparison.floorName, spread: rates(floorRuns) },
    latency: latencyOf(brokerRuns),
    usage: usageUnder(brokerRuns, broker, cpuSeconds / (settings.runs * settings.durationSeconds)),
    note: comparison.note,
  }
}

/** An error is answered faster than a request: a run with any is no measurement. */
export function assertAllAnswered(name: string, runs: readonly MeasuredLoad[]): void {
  const failed = runs.reduce((sum, run) => sum + run.failed, 0)
  if (failed > 0) throw new Error(`${name}: ${failed} requests failed`)
}

export function latencyOf(runs: readonly MeasuredLoad[]): Latency {
  return {
    p50Ms: spread(runs.map((run) => run.p50Ms)).median,
    p99Ms: spread(runs.map((run) => run.p99Ms)).median,
    slowestMs: spread(runs.map((run) => run.slowestMs)).max,
  }
}

function usageUnder(runs: readonly MeasuredLoad[], broker: Server, serverCores: number): LoadUsage {
  return {
    serverCores,
    rssMb: usageWithChildren(broker.pid).rssMb,
    generatorCores: spread(runs.map((run) => run.generatorCores)).median,
  }
}
