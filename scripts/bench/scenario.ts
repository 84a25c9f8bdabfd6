/** What a scenario is, and what it finds. */
import type { Spread } from './statistics.ts'

export interface Settings {
  readonly runs: number
  /** Of one run under load. */
  readonly durationSeconds: number
  readonly warmUpSeconds: number
  /** Also with ten million records. */
  readonly full: boolean
  readonly mixedLoadSeconds: number
}

/** The least thorough bench that has it. */
export type Depth = 'quick' | 'default' | 'full'

export interface Scenario {
  readonly name: string
  readonly depth: Depth
  measure(settings: Settings): Promise<readonly Finding[]>
}

export interface Finding {
  readonly name: string
  readonly unit: string
  readonly spread: Spread
  /** What the least that could be done took or gave in the same run. */
  readonly floor?: { readonly name: string; readonly spread: Spread }
  readonly latency?: Latency
  readonly usage?: LoadUsage
  /** Settings, and what else there is to know. */
  readonly note: string
}

/** Medians over the runs, and the one slowest request of them all. */
export interface Latency {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly slowestMs: number
}

export interface LoadUsage {
  readonly serverCores: number
  readonly rssMb: number
  readonly generatorCores: number
}
