/**
 * What a fixture is made from: the options of `Logbrook.create`, and how they are read.
 *
 * - All of them are read before anything is opened: a wrong one names its key and leaves nothing behind.
 * - Names and defaults are those of the broker's own settings; topics, users and bindings are those of an init file.
 */
import { parseAclBinding } from '@logbrook/acl/binding'
import type { AuthenticationMode } from '@logbrook/broker/authentication'
import { passwordProblem, userNameProblem } from '@logbrook/broker/users'
import { closedObject } from '@logbrook/contract/closed-object'
import { parseBody } from '@logbrook/contract/parse-body'
import { KafkaError } from '@logbrook/kafka/errors'
import { PARTITIONS_MAX } from '@logbrook/kafka/limits'
import { isPrincipal } from '@logbrook/kafka/principal'
import type { Principal } from '@logbrook/kafka/principal'
import { parseTopicConfig } from '@logbrook/kafka/topic-config'
import type { TopicConfig } from '@logbrook/kafka/topic-config'
import { isTopicName, topicNameProblem } from '@logbrook/kafka/topic-name'
import { ROLES } from '@logbrook/kafka/users'
import type { Role } from '@logbrook/kafka/users'
import { z } from 'zod'
import { isOrigin } from '../http/origins.ts'
import type { InitFile } from '../init-file.ts'
import { AclOptionsBody } from './call-options.ts'
import { parseKeep } from './keep.ts'
import type { KeepOptions, TestContext } from './keep.ts'
import { spelledOut } from './resource.ts'
import type { AclOptions } from './resource.ts'
import { parseTime } from './time.ts'

export interface LogbrookOptions {
  /** Topics by name. */
  readonly topics?: Readonly<Record<string, TopicOptions>> | undefined
  /** Users by name, a password each; `broker.as(name)` is a client with it. */
  readonly users?: Readonly<Record<string, string | UserOptions>> | undefined
  /** ACL bindings. Given, also empty, they are enforced; left out, everyone may do everything. */
  readonly acls?: readonly AclOptions[] | undefined
  /** Principals that may do everything, beside the users whose role is `system` or `dba`. */
  readonly superUsers?: readonly Principal[] | undefined
  /** Whether everyone may use a resource that no binding names, where bindings are enforced; not so by default. */
  readonly allowEveryoneIfNoAclFound?: boolean | undefined
  /** Whether requests carry credentials: never looked at, checked where given (the default), or always asked for. */
  readonly auth?: AuthenticationMode | undefined
  /** `manual`: the broker's time stands still until `broker.clock` moves it. `system` (the default): it is the machine's. */
  readonly clock?: 'manual' | 'system' | undefined
  /** Where a manual clock begins: epoch milliseconds, ISO 8601 or a `Date`; 2023-11-14T22:13:20Z by default. */
  readonly now?: number | string | Date | undefined
  /** Makes topic ids and the choice of partitions the same in every run; with a manual clock, all that a broker answers. */
  readonly seed?: number | undefined
  /** A directory for the data, made when it is not there; without one, everything is in memory. */
  readonly dataDir?: string | undefined
  /** A free one by default. */
  readonly port?: number | undefined
  /** Status of the Datadog intake's successful answers; 200 by default. */
  readonly intakeSuccessStatus?: 200 | 202 | undefined
  /** Topic for log senders that know no path prefix: `/api/v2/logs` and `/v1/input`. */
  readonly intakeRootTopic?: string | undefined
  /** Take a bare JSON object on the intake as one record. */
  readonly intakeBareObject?: boolean | undefined
  /** Names beside the loopback ones that a `Host` header may hold. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Origins whose pages may call the broker from a browser. */
  readonly corsOrigins?: readonly string[] | undefined
  /** Log lines on stderr; `silent` by default. */
  readonly logLevel?: LogLevel | undefined
  /**
   * Leaves what the broker held, and its journal, in a folder when its test has failed, and says how to open it. Whether it has is known
   * from the context that node:test or vitest hands to a test; with `true`, from `Logbrook.run` or `stop({ failed })`.
   */
  readonly keepOnFailure?: boolean | TestContext | KeepOptions | undefined
}

export interface TopicOptions {
  /** 1 by default. */
  readonly partitions?: number | undefined
  /** What shall differ from Kafka's defaults. */
  readonly config?: Partial<TopicConfig> | undefined
}

export interface UserOptions {
  /** `null`: a user who passes no door. */
  readonly password: string | null
  /** `user` by default; `system` and `dba` are super users. */
  readonly role?: Role | undefined
}

export type LogLevel = (typeof LOG_LEVELS)[number]
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const TopicOptionsBody = closedObject({ partitions: z.int().optional(), config: z.record(z.string(), z.unknown()).optional() })
const UserOptionsBody = z.union([z.string(), closedObject({ password: z.string().nullable(), role: z.enum(ROLES).optional() })])

const dataDir = z.string().min(1).optional()

/** The options of `broker.clone`. */
export const CloneOptions = closedObject({ dataDir })

const Options = closedObject({
  topics: z.record(z.string(), TopicOptionsBody).default({}),
  users: z.record(z.string(), UserOptionsBody).default({}),
  acls: z.array(AclOptionsBody).optional(),
  superUsers: z.array(z.string().refine(isPrincipal, { error: 'it must be User:<name>' })).default([]),
  allowEveryoneIfNoAclFound: z.boolean().default(false),
  auth: z.enum(['none', 'optional', 'required']).default('optional'),
  clock: z.enum(['manual', 'system']).default('system'),
  now: z.unknown().optional(),
  seed: z.int().optional(),
  dataDir,
  port: z.int().min(0).max(65_535).default(0),
  intakeSuccessStatus: z.literal([200, 202]).default(200),
  intakeRootTopic: z.string().refine(isTopicName, { error: 'it must be a topic name' }).optional(),
  intakeBareObject: z.boolean().default(false),
  allowedHosts: z.array(z.string().min(1)).default([]),
  corsOrigins: z.array(z.string().refine(isOrigin, { error: 'it must be an origin such as https://example.com, or *' })).default([]),
  logLevel: z.enum(LOG_LEVELS).default('silent'),
  keepOnFailure: z.unknown().optional(),
})

/** Options as they are used. */
export interface FixtureSettings extends Omit<
  z.infer<typeof Options>,
  'topics' | 'users' | 'acls' | 'superUsers' | 'now' | 'keepOnFailure'
> {
  /** What is to be there when the broker takes requests. */
  readonly init: InitFile
  readonly acls: boolean
  readonly nowMs: number | undefined
  /** `null`: nothing is kept. */
  readonly keep: KeepOptions | null
}

/** @throws KafkaError INVALID_REQUEST, INVALID_CONFIG or INVALID_TOPIC_EXCEPTION, naming the key */
export function parseOptions(options: LogbrookOptions): FixtureSettings {
  const { topics, users, acls, superUsers, now, keepOnFailure, ...settings } = parseBody(Options, options)
  const init: InitFile = {
    topics: Object.entries(topics).map(([name, { partitions = 1, config = {} }]) => newTopic(name, partitions, config)),
    users: Object.entries(users).map(([name, user]) => newUser(name, user)),
    superUsers,
    bindings: (acls ?? []).map((acl, i) => parseAclBinding(spelledOut(acl, `acls[${i}]`), `acls[${i}]`)),
  }
  if (now !== undefined && settings.clock === 'system') refuse('now', "it is where a manual clock begins, and the clock is the machine's")
  const nowMs = now === undefined ? undefined : parseTime(now, 'now')
  return { ...settings, init, acls: acls !== undefined, nowMs, keep: parseKeep(keepOnFailure) }
}

function newTopic(name: string, partitions: number, config: Readonly<Record<string, unknown>>): InitFile['topics'][number] {
  const key = `topics.${name}`
  const problem = topicNameProblem(name)
  if (problem !== null) refuse(key, problem)
  if (partitions < 1 || partitions > PARTITIONS_MAX) refuse(`${key}.partitions`, `${partitions} is not from 1 to ${PARTITIONS_MAX}`)
  return { name, partitions, config: under(`${key}.config`, () => parseTopicConfig(config)) }
}

function newUser(name: string, user: z.infer<typeof UserOptionsBody>): InitFile['users'][number] {
  const { password, role = 'user' } = typeof user === 'string' ? { password: user } : user
  const problem = userNameProblem(name) ?? (password === null ? null : passwordProblem(password))
  return problem === null ? { name, password, role } : refuse(`users.${name}`, problem)
}

function under<T>(key: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof KafkaError) throw new KafkaError(error.error, `${key}: ${error.message}`, { cause: error })
    throw error
  }
}

function refuse(key: string, problem: string): never {
  throw new KafkaError('INVALID_REQUEST', `${key}: ${problem}`)
}
