/** A server as a conformance profile wants it, in the test's own process, and all that only its own process can do to it. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { resourceUsage } from 'node:process'
import { promisify } from 'node:util'
import type { Hands } from '@logbrook/conformance/case'
import { createAdministration } from '@logbrook/conformance/administration'
import { waitingLongPolls } from '@logbrook/conformance/metrics'
import { PROFILES } from '@logbrook/conformance/profiles'
import type { ProfileName } from '@logbrook/conformance/profiles'
import type { Target } from '@logbrook/conformance/target'
import { createManualClock } from '@logbrook/kafka/clock'
import { AUTH_REQUESTS_PER_SECOND_MAX, LOGIN_FAILURES_MAX, SQL_REQUESTS_PER_SECOND_MAX } from '@logbrook/kafka/limits'
import type { Storage } from '@logbrook/storage/storage'
import { applyInitFile, parseInitFile } from '../src/init-file.ts'
import { createLogger } from '../src/logger.ts'
import type { ServerOptions } from '../src/server-options.ts'
import { startServer } from '../src/server.ts'
import { serverOptions } from './server-options.ts'

const ADMIN = { user: 'conformance-admin', password: 'conformance:secret' }
const KIB = 1024
const HOUR_MS = 3_600_000

export interface ConformanceServerOptions {
  readonly profile: ProfileName
  readonly location: ServerOptions['location']
  readonly random: () => number
}

export async function startConformanceServer({ profile, location, random }: ConformanceServerOptions): Promise<Target & AsyncDisposable> {
  const { authentication, acls, allowWithoutBinding, loginLimits, corsOrigins, administrator, ...intake } = PROFILES[profile]
  const clock = createManualClock()
  const lines: string[] = []
  const server = await startServer(
    serverOptions({
      location,
      checkpoint: 'worker',
      authentication,
      acls,
      allowWithoutBinding,
      intake,
      corsOrigins,
      clock,
      logger: await createLogger({ level: 'debug', format: 'json', clock, destination: { write: (line) => void lines.push(line) } }),
      random,
      ...(loginLimits
        ? {
            sessionLimits: { authRequestsPerSecond: AUTH_REQUESTS_PER_SECOND_MAX, loginFailuresMax: LOGIN_FAILURES_MAX },
            sqlLimits: { requestsPerSecond: SQL_REQUESTS_PER_SECOND_MAX },
          }
        : {}),
      ...(administrator ? { prepare: createAdmin } : {}),
    }),
  )
  const url = new URL(server.url)
  const admin = authentication === 'none' ? null : ADMIN
  const administration = createAdministration({ url, admin })
  const hands: Hands = {
    letPass: async (durationMs) => clock.advance(durationMs),
    letHoursPass: async (hours) => clock.advance(hours * HOUR_MS),
    waitingLongPolls: () => waitingLongPolls(administration),
    logLines: () => lines,
    stop: () => server.close(),
    peakMemoryBytes: () => resourceUsage().maxRSS * KIB,
    ...(location === 'memory' ? {} : diskHands(join(location.dataDir, 'logbrook.db'))),
  }
  return { url, profile, admin, hands, [Symbol.asyncDispose]: () => server.close() }

  async function createAdmin({ log, users, acls: bindings }: Storage): Promise<void> {
    const file = parseInitFile(JSON.stringify({ users: [{ name: ADMIN.user, password: ADMIN.password, role: 'system' }] }))
    await applyInitFile(file, { log, users, acls: bindings }, clock)
  }
}

const run = promisify(execFile)

/** From another process: opened and closed in this one, the database would lose its locks. */
function diskHands(database: string): Hands {
  const alter = async (statement: string, ...values: string[]): Promise<void> => {
    const script = `import { DatabaseSync } from 'node:sqlite'
      const [database, statement, ...values] = process.argv.slice(1)
      new DatabaseSync(database).prepare(statement).run(...values)`
    await run(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script, database, statement, ...values])
  }
  return {
    breakStorage: () => alter('ALTER TABLE batch RENAME TO batch_away'),
    mendStorage: () => alter('ALTER TABLE batch_away RENAME TO batch'),
    damage: (text) =>
      alter('UPDATE batch SET body = CAST(replace(CAST(body AS TEXT), ?1, upper(?1)) AS BLOB) WHERE instr(body, ?1) > 0', text),
  }
}
