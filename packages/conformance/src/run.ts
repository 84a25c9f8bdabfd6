/**
 * Runs cases against a server that somebody else started; knows nothing of test frameworks.
 *
 * - A case that the server under test cannot meet is reported as not applicable with the reason, and never as passed.
 * - Cases run one after the other: a failure is the failing case's own.
 */
import { createAdministration } from './administration.ts'
import type { ConformanceCase, Hand } from './case.ts'
import { createNamer } from './names.ts'
import type { Names } from './names.ts'
import { describeProfile } from './profiles.ts'
import { createScene, playScene } from './scene.ts'
import type { Target } from './target.ts'

type Outcome =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly message: string }
  | { readonly outcome: 'not applicable'; readonly reason: string }

export interface CaseResult {
  readonly name: string
  readonly proves: readonly string[]
  readonly result: Outcome
}

export interface ConformanceRun extends Target {
  readonly cases: readonly ConformanceCase[]
  /** Told of each case as it ends. */
  readonly report: (result: CaseResult) => void
}

export async function runConformance({ cases, report, ...target }: ConformanceRun): Promise<readonly CaseResult[]> {
  const namer = createNamer()
  const results: CaseResult[] = []
  for (const one of cases) {
    const result = { name: one.name, proves: one.proves, result: await resultOf(one, target, namer()) }
    results.push(result)
    report(result)
  }
  return results
}

/** Plays one case; throws what it finds wrong. */
export async function playCase(one: ConformanceCase, target: Target, names: Names): Promise<void> {
  const { url, hands } = target
  await playScene(createScene({ url, hands, names, administration: createAdministration(target) }), one)
}

const REASONS: Record<Hand, string> = {
  letPass: 'waits for 30 s: run with --slow',
  letHoursPass: "moves the server's clock by hours",
  waitingLongPolls: 'has to know how many long polls wait, and the server has no such metric',
  logLines: "reads the server's log",
  stop: 'stops the server',
  breakStorage: "breaks the server's storage",
  mendStorage: "mends the server's storage",
  damage: "damages the server's files",
  peakMemoryBytes: "measures the server's memory",
  wait: 'waits for two minutes: run with --slow',
}

/** Why the case says nothing about this server, or `null` when it does. */
export function inapplicable({ needs = 'plain', hands = [], spoilsServer = false }: ConformanceCase, target: Target): string | null {
  if (needs !== target.profile) return `needs a server of profile ${needs} (${describeProfile(needs)})`
  const missing = hands.find((hand) => target.hands[hand] === undefined)
  if (missing !== undefined) return REASONS[missing]
  return spoilsServer ? 'spoils the server under test' : null
}

async function resultOf(one: ConformanceCase, target: Target, names: Names): Promise<Outcome> {
  const reason = inapplicable(one, target)
  if (reason !== null) return { outcome: 'not applicable', reason }
  try {
    await playCase(one, target, names)
    return { outcome: 'passed' }
  } catch (error) {
    return { outcome: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}
