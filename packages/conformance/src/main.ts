/** `pnpm conformance --url …`: holds a running server against the contract. Exit code 0 when no case failed, 1 otherwise, 2 for wrong usage. */
import { argv, exit } from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createAdministration } from './administration.ts'
import { CASES } from './all-cases.ts'
import type { Hands } from './case.ts'
import { waitingLongPolls } from './metrics.ts'
import { describeProfile, isProfileName, PROFILES } from './profiles.ts'
import type { ProfileName } from './profiles.ts'
import { describeResult, describeTotals } from './report.ts'
import { runConformance } from './run.ts'
import type { Credentials } from './target.ts'

const USAGE = `Usage: pnpm conformance --url http://127.0.0.1:8080 [options]

  --url URL               the server to hold against the contract
  --profile NAME          how it was started (default plain):
${(Object.keys(PROFILES) as ProfileName[]).map((name) => `                            ${name.padEnd(16)}${describeProfile(name)}`).join('\n')}
  --admin USER:PASSWORD   a super user, where the server asks who is calling
  --only TEXT             only cases that prove this sentence or hold this text in their name
  --slow                  also the cases that wait, for 30 s to 2 minutes each
  --json                  print the results as one JSON list
`

const OPTIONS = {
  url: { type: 'string' },
  profile: { type: 'string', default: 'plain' },
  admin: { type: 'string' },
  only: { type: 'string' },
  slow: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

function readArguments(args: readonly string[]) {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  if (values.help) return null
  const { url, profile, admin, only, slow, json } = values
  if (url === undefined) throw new Error('--url is missing')
  if (new URL(url).protocol !== 'http:') throw new Error(`--url is ${url}; only http:// is spoken here`)
  if (!isProfileName(profile)) throw new Error(`--profile is ${profile}; there are ${Object.keys(PROFILES).join(', ')}`)
  return { url: new URL(url), profile, admin: admin === undefined ? null : credentials(admin), only, slow, json }
}

function credentials(text: string): Credentials {
  const colon = text.indexOf(':')
  if (colon < 1) throw new Error('--admin is not USER:PASSWORD')
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

const patience = (durationMs: number): Promise<void> => wait(durationMs)

async function main(): Promise<number> {
  let options: ReturnType<typeof readArguments>
  try {
    options = readArguments(argv.slice(2))
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`)
    return 2
  }
  if (options === null) {
    console.log(USAGE)
    return 0
  }
  const { url, profile, admin, only, slow, json } = options
  const administration = createAdministration({ url, admin })
  const waits: Hands = slow ? { letPass: patience, wait: patience } : {}
  const hasMetric = await waitingLongPolls(administration).then(
    () => true,
    () => false,
  )
  const counts: Hands = hasMetric ? { waitingLongPolls: () => waitingLongPolls(administration) } : {}
  const cases = CASES.filter(
    ({ name, proves }) => only === undefined || name.includes(only) || proves.some((sentence) => sentence === only),
  )
  const results = await runConformance({
    url,
    profile,
    admin,
    hands: { ...waits, ...counts },
    cases,
    report: (result) => (json ? undefined : console.log(describeResult(result))),
  })
  console.log(json ? JSON.stringify(results, null, 2) : describeTotals(results))
  return results.some(({ result }) => result.outcome === 'failed') ? 1 : 0
}

exit(await main())
