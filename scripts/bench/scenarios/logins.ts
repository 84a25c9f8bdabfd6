/**
 * Logins beside everything else: 20 a second, each of a user who has not logged in before, so that each is a password to be checked.
 * Told: how long one takes, and how long readers of single records wait for an answer with and without them.
 */
import { setTimeout as after } from 'node:timers/promises'
import { assertOk, connect, timed } from '../client.ts'
import type { Client } from '../client.ts'
import { fill } from '../fill.ts'
import type { Finding, Scenario } from '../scenario.ts'
import { startBroker } from '../servers.ts'
import { percentile, spread } from '../statistics.ts'
import type { Spread } from '../statistics.ts'

const LOGINS_PER_SECOND = 20
const SECONDS = 5
const LOGINS = LOGINS_PER_SECOND * SECONDS
const MS_PER_SECOND = 1_000
const READERS = 4
const READER_PAUSE_MS = 1
const RECORDS = 10_000

export const logins: Scenario = {
  name: 'logins',
  depth: 'default',
  async measure({ runs }) {
    await using broker = await startBroker({ topics: { bench: 1 }, flags: ['--auth-requests-per-second', '0'] })
    using client = connect(broker.url)
    await fill(broker.url, 'bench', RECORDS)
    await createUsers(client, 'warm-up')
    await Promise.all([logInAll(client, 'warm-up'), readFor(client, SECONDS)])
    const loginRuns: (readonly number[])[] = []
    const idleRuns: (readonly number[])[] = []
    const besideRuns: (readonly number[])[] = []
    for (let run = 0; run < runs; run++) {
      await createUsers(client, `run-${run}`)
      idleRuns.push(await readFor(client, SECONDS))
      const [loginMs, besideMs] = await Promise.all([logInAll(client, `run-${run}`), readFor(client, SECONDS)])
      loginRuns.push(loginMs)
      besideRuns.push(besideMs)
    }
    const note = `${READERS} readers of single records, ${SECONDS} s a run`
    return [
      ...[0.5, 0.99].map((share): Finding => ({
        name: `get beside ${LOGINS_PER_SECOND} logins/s, p${share * 100}`,
        unit: 'ms',
        spread: over(besideRuns, share),
        floor: { name: `get without logins, p${share * 100}`, spread: over(idleRuns, share) },
        note,
      })),
      {
        name: 'login, p50',
        unit: 'ms',
        spread: over(loginRuns, 0.5),
        note: `${LOGINS_PER_SECOND} a second beside ${note}; each the first of its user`,
      },
    ]
  },
}

function over(runs: readonly (readonly number[])[], share: number): Spread {
  return spread(runs.map((ms) => percentile(ms, share)))
}

async function createUsers(client: Client, run: string): Promise<void> {
  for (let i = 0; i < LOGINS; i++)
    assertOk(await client.post('/v1/kafka/users', JSON.stringify({ name: `${run}-${i}`, password: passwordOf(i) })))
}

function passwordOf(user: number): string {
  return `the password of user ${user}`
}

/** Evenly, however long each takes; answers how long each took. */
async function logInAll(client: Client, run: string): Promise<readonly number[]> {
  const answered: Promise<number>[] = []
  const startMs = performance.now()
  for (let i = 0; i < LOGINS; i++) {
    answered.push(logIn(client, { user: `${run}-${i}`, password: passwordOf(i) }))
    await after(Math.max(0, startMs + ((i + 1) * MS_PER_SECOND) / LOGINS_PER_SECOND - performance.now()))
  }
  return await Promise.all(answered)
}

async function logIn(client: Client, login: object): Promise<number> {
  const { ms, result } = await timed(() => client.post('/v1/api/auth/login', JSON.stringify(login)))
  assertOk(result)
  return ms
}

/** Each reader asks one thing at a time and pauses before the next; answers how long each answer took. */
async function readFor(client: Client, seconds: number): Promise<readonly number[]> {
  const durationsMs: number[] = []
  const endMs = performance.now() + seconds * MS_PER_SECOND
  const read = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const offset = Math.floor(Math.random() * RECORDS)
      const { ms, result } = await timed(() => client.get(`/v1/kafka/topics/bench/partitions/0/records/${offset}`))
      assertOk(result)
      durationsMs.push(ms)
      await after(READER_PAUSE_MS)
    }
  }
  await Promise.all(Array.from({ length: READERS }, read))
  return durationsMs
}
