/**
 * A broker for a test: a real one, on a free port of this machine, that the test holds in its hands.
 *
 * - Applications under test reach it over HTTP like any other; the fixture itself reaches past the door, so that no permission, fault
 *   or journal is in its way.
 * - What an answer or a resolved promise said is seen by the next request on any connection.
 * - A stopped one leaves nothing behind: no handle, timer or file, but for a `dataDir`.
 */
import type { PermissionExplanation } from '@logbrook/broker/permissions'
import { createClient } from '@logbrook/client/client'
import type { Client } from '@logbrook/client/client'
import { parseBody } from '@logbrook/contract/parse-body'
import { KafkaError } from '@logbrook/kafka/errors'
import { catchUp, createClock } from './clock.ts'
import type { FixtureClock } from './clock.ts'
import type { Faults } from './faults.ts'
import { createInterception } from './interception.ts'
import type { Interception } from './interception.ts'
import type { Journal } from './journal.ts'
import { describeRemains, labelOf, whenFailed, writeRemains } from './keep.ts'
import type { Remains } from './keep.ts'
import { CloneOptions, parseOptions } from './options.ts'
import type { FixtureSettings, LogbrookOptions } from './options.ts'
import { assertAllowed, assertDenied, assertRefused, explainPermission, isCall } from './permissions.ts'
import type { PermissionQuestion } from './permissions.ts'
import { startRestorableServer } from './restorable-server.ts'
import type { RestorableServer } from './restorable-server.ts'
import { SeededRandom } from './seeded.ts'
import { fixtureServerOptions, flagsOf } from './settings.ts'
import { Snapshot } from './snapshot.ts'
import { fixtureTopic } from './topic.ts'
import type { FixtureTopic } from './topic.ts'

interface Parts {
  readonly settings: FixtureSettings
  readonly server: RestorableServer
  readonly clock: FixtureClock
  readonly interception: Interception
  /** `undefined` where chance is not seeded. */
  readonly random: SeededRandom | undefined
}

export class Logbrook implements AsyncDisposable {
  /** The broker's time; moved by hand where the broker was created with `clock: 'manual'`. */
  readonly clock: FixtureClock
  /** What shall go wrong, on purpose. */
  readonly faults: Faults
  /** The requests that came, and the faults that struck them, in order. */
  readonly journal: Journal
  readonly #settings: FixtureSettings
  readonly #server: RestorableServer
  readonly #random: SeededRandom | undefined
  /** What `reset` goes back to. */
  readonly #initial: Snapshot
  readonly #passwords: ReadonlyMap<string, string | null>
  #stopped: Promise<void> | undefined
  /** Of a stopped broker that may have to be kept. */
  #remains: Remains | undefined

  private constructor({ settings, server, clock, interception, random }: Parts, initial: Snapshot) {
    this.#settings = settings
    this.#server = server
    this.#random = random
    this.#initial = initial
    this.#passwords = new Map(settings.init.users.map(({ name, password }) => [name, password]))
    this.clock = clock
    this.faults = interception.faults
    this.journal = interception.journal
    if (settings.keep?.test !== undefined) whenFailed(settings.keep.test, () => this.#keepAfterFailure())
  }

  /**
   * Starts a broker; it takes requests when the promise resolves.
   *
   * @throws KafkaError naming the option that is wrong, or saying why the data directory cannot be used
   * @throws StartError when `port` is taken
   */
  static async create(options: LogbrookOptions = {}): Promise<Logbrook> {
    return await Logbrook.#open(parseOptions(options))
  }

  /**
   * Starts a broker, hands it to `body`, and stops it; with `keepOnFailure`, what it held is kept where `body` fails.
   *
   * @returns what `body` does
   */
  static async run<Result>(options: LogbrookOptions, body: (broker: Logbrook) => Promise<Result>): Promise<Result> {
    await using broker = await Logbrook.create(options)
    try {
      return await body(broker)
    } catch (error) {
      await broker.stop({ failed: true })
      throw error
    }
  }

  static async #open(settings: FixtureSettings, contents?: Snapshot): Promise<Logbrook> {
    const clocks = createClock({ kind: settings.clock, nowMs: settings.nowMs })
    const random = settings.seed === undefined ? undefined : new SeededRandom(settings.seed)
    const held = contents === undefined ? undefined : Snapshot.contentsOf(contents)
    const interception = createInterception({ clock: clocks.clock, rootTopic: settings.intakeRootTopic ?? null })
    const server = await startRestorableServer(await fixtureServerOptions(settings, clocks.clock, random), {
      contents: held?.server,
      intercept: interception,
    })
    const clock = clocks.inHand(() => catchUp(server.broker.retention))
    const parts = { settings, server, clock, interception, random }
    return new Logbrook(parts, await snapshotOf(parts))
  }

  /** `http://127.0.0.1:49152` */
  get url(): string {
    return this.#server.url
  }

  /** What a Datadog sender is pointed at, as `logs_dd_url`, `endpoint` or the like, to write to a topic. */
  datadogUrl(topic: string): string {
    return `${this.url}/dd/${encodeURIComponent(topic)}`
  }

  /** A client without credentials. */
  get anonymous(): Client {
    return createClient({ url: this.url })
  }

  /** A client with a user's credentials. The password of a user whom the options do not name has to be given. */
  as(user: string, password = this.#passwordOf(user)): Client {
    return createClient({ url: this.url, user, password })
  }

  /** The topic of that name, whether or not it exists yet. */
  topic(name: string): FixtureTopic {
    return fixtureTopic(this.#server, name)
  }

  /** Takes what there is: topics, records, users, bindings, and the time. */
  async snapshot(): Promise<Snapshot> {
    return await snapshotOf({ server: this.#server, clock: this.clock, random: this.#random })
  }

  /**
   * Puts back what a snapshot of this or another broker holds; a manual clock goes back as well. Requests under way are answered before;
   * those that come meanwhile wait. The topics get new ids, and who waits for one of the old ones is told that it is gone.
   */
  async restore(snapshot: Snapshot): Promise<void> {
    await this.#putBack(snapshot)
  }

  /** Puts back what there was when the broker had been created; there are no faults then, and nothing is in the journal. */
  async reset(): Promise<void> {
    await this.#putBack(this.#initial, () => {
      this.faults.clear()
      this.journal.clear()
    })
  }

  /** Another broker that holds the same, on a port of its own: in memory, but for a `dataDir`. */
  async clone(options: { readonly dataDir?: string | undefined } = {}): Promise<Logbrook> {
    const { dataDir } = parseBody(CloneOptions, options)
    const { seed, clock } = this.#settings
    const settings: FixtureSettings = {
      ...this.#settings,
      port: 0,
      dataDir,
      // Chance of its own: the two go on apart.
      seed: seed === undefined ? undefined : seed + 1,
      nowMs: clock === 'manual' ? this.clock.now() : undefined,
    }
    return await Logbrook.#open(settings, await this.snapshot())
  }

  /** Whether the bindings allow something, and why. */
  explain(question: PermissionQuestion): PermissionExplanation {
    return explainPermission(this.#server.broker.permissions, question)
  }

  /**
   * Asserts that something is denied: by the bindings, where it is a question, or by the broker's answer, where it is a call under way.
   *
   * @throws Error that says why it is allowed, or how the call ended instead
   */
  async expectDenied(expected: PermissionQuestion | PromiseLike<unknown>): Promise<void> {
    if (isCall(expected)) await assertRefused(expected)
    else assertDenied(this.explain(expected))
  }

  /**
   * Asserts that the bindings allow something.
   *
   * @throws Error that says why it is denied
   */
  async expectAllowed(question: PermissionQuestion): Promise<void> {
    assertAllowed(this.explain(question))
  }

  /**
   * Leaves what the broker holds, or held when it was stopped, and its journal in a folder of their own, and says on stderr how to open
   * it. Topics keep every record there, however old.
   *
   * @returns the folder
   */
  async keep(): Promise<string> {
    const remains = this.#remains ?? (await this.#takeRemains())
    const folder = await writeRemains(remains, this.#settings.keep ?? {})
    this.#report(describeRemains(folder, remains))
    return folder
  }

  /** Ends what waits, answers what is under way, and closes the log. Idempotent. With `failed`, `keepOnFailure` takes effect. */
  async stop({ failed = false }: { readonly failed?: boolean } = {}): Promise<void> {
    if (failed && this.#stopped === undefined && this.#settings.keep !== null) await this.#keepAfterFailure()
    await (this.#stopped ??= this.#stop())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #putBack(snapshot: Snapshot, meanwhile = () => {}): Promise<void> {
    const { server, nowMs, randomState } = Snapshot.contentsOf(snapshot)
    await this.#server.restore(server, () => {
      const before = { nowMs: this.clock.now(), randomState: this.#random?.state }
      this.#setTimeAndChance({ nowMs, randomState })
      meanwhile()
      return () => this.#setTimeAndChance(before)
    })
  }

  #setTimeAndChance({ nowMs, randomState }: { readonly nowMs: number; readonly randomState: number | undefined }): void {
    if (this.clock.kind === 'manual') this.clock.set(nowMs)
    if (this.#random !== undefined && randomState !== undefined) this.#random.state = randomState
  }

  async #stop(): Promise<void> {
    // Whether the test has failed may be known only later.
    if (this.#settings.keep?.test !== undefined) this.#remains = await this.#takeRemains()
    await this.#server.close()
  }

  /** What a test failed of is not to be hidden behind what went wrong here. */
  async #keepAfterFailure(): Promise<void> {
    this.#report(`${labelOf(this.#settings.keep?.test)} failed`)
    await this.keep().catch((error: unknown) => {
      this.#report(`what the broker held could not be kept: ${String(error)}`)
    })
  }

  #report(text: string): void {
    const report = this.#settings.keep?.report ?? ((line: string) => process.stderr.write(line))
    report(`logbrook: ${text}\n`)
  }

  async #takeRemains(): Promise<Remains> {
    return { contents: await this.#server.snapshot(), journal: this.journal.toNdjson(), flags: flagsOf(this.#settings) }
  }

  #passwordOf(user: string): string {
    const password = this.#passwords.get(user)
    if (typeof password === 'string') return password
    const named = [...this.#passwords.keys()].join(', ') || 'there are none'
    const problem = password === null ? 'has no password' : `is not among the users that the broker was created with (${named})`
    throw new KafkaError('INVALID_REQUEST', `user ${JSON.stringify(user)} ${problem}; as(user, password) takes any`)
  }
}

async function snapshotOf({ server, clock, random }: Pick<Parts, 'server' | 'clock' | 'random'>): Promise<Snapshot> {
  return new Snapshot({ server: await server.snapshot(), nowMs: clock.now(), randomState: random?.state })
}
