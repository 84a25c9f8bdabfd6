/** Everything that a running Logbrook is made from. The command line, the tests and the fixture each build one of these. */
import type { AuthenticationMode } from '@logbrook/broker/authentication'
import type { SessionLimits } from '@logbrook/broker/sessions/sessions'
import type { Clock } from '@logbrook/kafka/clock'
import type { TopicId } from '@logbrook/kafka/log'
import type { Principal } from '@logbrook/kafka/principal'
import type { SessionSecretStore } from '@logbrook/kafka/session-secret'
import type { SqlLimits } from '@logbrook/sql/sql'
import type { Storage } from '@logbrook/storage/storage'
import type { App, RouteContext } from './http/context.ts'
import type { Logger } from './logger.ts'

export interface ServerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly location: { readonly dataDir: string } | 'memory'
  readonly durability: 'none' | 'os' | 'fsync'
  readonly checkpoint: 'worker' | 'inline'
  readonly authentication: AuthenticationMode
  readonly acls: boolean
  readonly superUsers: readonly Principal[]
  /** Kafka's `allow.everyone.if.no.acl.found`. */
  readonly allowWithoutBinding: boolean
  /** Names beside the loopback ones that a `Host` header may hold. Not looked at where `host` is not loopback and none is given. */
  readonly allowedHosts: readonly string[]
  readonly corsOrigins: readonly string[]
  /** Addresses and subnets whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[]
  /** Of sessions that outlive their storage; the storage's own, where it is left out. */
  readonly sessionSecret?: SessionSecretStore
  /** What logins are limited to; nothing, where there are none. */
  readonly sessionLimits?: SessionLimits
  /** What SQL is limited to beside what everyone is; nothing, where there are none. */
  readonly sqlLimits?: Partial<SqlLimits>
  /** Whether the first-run setup may come from elsewhere than this machine; not so by default. */
  readonly remoteSetup?: boolean
  /** Whether session cookies that are set over https go over nothing else; they do by default. */
  readonly secureCookies?: boolean
  readonly intake: IntakeOptions
  readonly clock: Clock
  readonly logger: Logger
  /** For the partition rotation; seeded where a run must be repeatable. */
  readonly random: () => number
  readonly newTopicId?: () => TopicId
  /** Whether the process keeps its own `Request` and `Response`. Replaced ones are faster, but everyone else in the process sees them. */
  readonly keepGlobals?: boolean
  /** What a second process on the same directory is told of this one. */
  readonly owner?: string
  /** Runs on what was opened, before anyone can ask for it. */
  readonly prepare?: (storage: Storage) => Promise<void>
  /** Of a broker under test: what holds it in a test's hands over HTTP. */
  readonly controls?: { readonly register: (app: App, context: RouteContext) => void }
}

/** What log senders need that know less than the Datadog Agent (contract D16); all off by default. */
interface IntakeOptions {
  readonly successStatus: 200 | 202
  /** The topic that `/api/v2/logs` and `/v1/input` without a prefix write to. */
  readonly rootTopic: string | null
  /** Whether a bare non-empty object is taken as one record. */
  readonly bareObject: boolean
}
