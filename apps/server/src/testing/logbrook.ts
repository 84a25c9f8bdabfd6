/**
 * A broker for a test: a real one, on a free port of this machine, that the test holds in its hands.
 *
 * - Applications under test reach it over HTTP like any other; the fixture itself reaches past the door, so that no permission, fault
 *   or journal is in its way.
 * - What an answer or a resolved promise said is seen by the next request on any connection.
 * - A stopped one leaves nothing behind: no handle, timer or file, but for a `dataDir`.
 */
import { createClient } from '@logbrook/client/client'
import type { Client } from '@logbrook/client/client'
import { KafkaError } from '@logbrook/kafka/errors'
import { applyInitFile } from '../init-file.ts'
import { createLogger, silentLogger } from '../logger.ts'
import type { ServerOptions } from '../server-options.ts'
import { createClock } from './clock.ts'
import type { ClockPair, FixtureClock } from './clock.ts'
import { parseOptions } from './options.ts'
import type { FixtureSettings, LogbrookOptions } from './options.ts'
import { startRestorableServer } from './restorable-server.ts'
import type { RestorableServer } from './restorable-server.ts'
import { seededRandom, seededTopicIds } from './seeded.ts'

export class Logbrook implements AsyncDisposable {
  /** The broker's time; moved by hand where the broker was created with `clock: 'manual'`. */
  readonly clock: FixtureClock
  readonly #server: RestorableServer
  readonly #passwords: ReadonlyMap<string, string | null>

  private constructor(server: RestorableServer, clock: FixtureClock, settings: FixtureSettings) {
    this.#server = server
    this.clock = clock
    this.#passwords = new Map(settings.init.users.map(({ name, password }) => [name, password]))
  }

  /**
   * Starts a broker; it takes requests when the promise resolves.
   *
   * @throws KafkaError naming the option that is wrong, or saying why the data directory cannot be used
   * @throws StartError when `port` is taken
   */
  static async create(options: LogbrookOptions = {}): Promise<Logbrook> {
    const settings = parseOptions(options)
    const clocks = createClock({ kind: settings.clock, nowMs: settings.nowMs })
    const server = await startRestorableServer(await serverOptions(settings, clocks))
    const clock = clocks.inHand(async () => {
      // The first joins a round that the clock began on its way; the second sees the present.
      await server.broker.retention.enforce()
      await server.broker.retention.enforce()
    })
    return new Logbrook(server, clock, settings)
  }

  /** `http://127.0.0.1:49152` */
  get url(): string {
    return this.#server.url
  }

  /** What a Datadog sender is pointed at, as `logs_dd_url`, `endpoint` or the like, to write to a topic. */
  datadogUrl(topic: string): string {
    return `${this.url}/dd/${encodeURIComponent(topic)}`
  }

  /** A client with a user's credentials. The password of a user whom the options do not name has to be given. */
  as(user: string, password = this.#passwordOf(user)): Client {
    return createClient({ url: this.url, user, password })
  }

  /** Ends what waits, answers what is under way, and closes the log. Idempotent. */
  async stop(): Promise<void> {
    await this.#server.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #passwordOf(user: string): string {
    const password = this.#passwords.get(user)
    if (typeof password === 'string') return password
    const named = [...this.#passwords.keys()].join(', ')
    const problem =
      password === null ? 'has no password' : `is not among the users that the broker was created with (${named || 'there are none'})`
    throw new KafkaError('INVALID_REQUEST', `user ${JSON.stringify(user)} ${problem}; as(user, password) takes any`)
  }
}

async function serverOptions(settings: FixtureSettings, { clock }: ClockPair): Promise<ServerOptions> {
  const { init, dataDir, logLevel, seed } = settings
  const random = seed === undefined ? Math.random : seededRandom(seed)
  return {
    host: '127.0.0.1',
    port: settings.port,
    location: dataDir === undefined ? 'memory' : { dataDir },
    durability: 'none',
    checkpoint: 'inline',
    authentication: settings.auth,
    acls: settings.acls,
    superUsers: init.superUsers,
    allowWithoutBinding: settings.allowEveryoneIfNoAclFound,
    allowedHosts: settings.allowedHosts,
    corsOrigins: settings.corsOrigins,
    intake: {
      successStatus: settings.intakeSuccessStatus,
      rootTopic: settings.intakeRootTopic ?? null,
      bareObject: settings.intakeBareObject,
    },
    clock,
    logger:
      logLevel === 'silent' ? silentLogger : await createLogger({ level: logLevel, format: 'pretty', clock, destination: process.stderr }),
    random,
    ...(seed === undefined ? {} : { newTopicId: seededTopicIds(seededRandom(seed)) }),
    keepGlobals: true,
    owner: `a test, pid ${process.pid}`,
    async prepare(storage) {
      await applyInitFile(init, storage, clock)
    },
  }
}
