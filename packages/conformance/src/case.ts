/** What a conformance case is. Most are data: what is given, and requests with what they must answer. */
import type { Pattern } from './match.ts'
import type { ProfileName } from './profiles.ts'
import type { Scene } from './scene.ts'
import type { Sentence } from './sentences.ts'

/**
 * Texts in a case (paths, headers, bodies, expectations, names of topics and users) may hold placeholders such as `$TOPIC` or
 * `$USER`, which become names that no other case and no other run uses.
 */
export interface ConformanceCase {
  readonly name: string
  readonly proves: readonly Sentence[]
  /** `plain` unless said. */
  readonly needs?: ProfileName
  /** What the runner has to be able to do beside sending requests. */
  readonly hands?: readonly Hand[]
  /** The case stops or breaks its server, so it gets one of its own. */
  readonly spoilsServer?: boolean
  readonly given?: Given
  readonly steps?: readonly Exchange[]
  /** For what is not a list of exchanges; runs after the steps. */
  readonly play?: (scene: Scene) => Promise<void>
}

export interface Exchange {
  readonly request: Request
  readonly expect: Expectation
}

export interface Request {
  readonly method: string
  /** Sent as it is, never normalised. */
  readonly path: string
  /** Names are sent in the case they are written in; values as Latin-1. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Bytes that are costly to make come from a function. Placeholders are filled only in strings. */
  readonly body?: string | Uint8Array | (() => Uint8Array)
  /** `length` where there is a body; `none` sends it with no header that announces it. */
  readonly framing?: 'length' | 'chunked' | 'none'
}

export interface Expectation {
  readonly status: number | readonly number[]
  /** `null`: the header must not be there. */
  readonly headers?: Readonly<Record<string, string | RegExp | null>>
  /** The body as a JSON value: every key, and no other. */
  readonly json?: Pattern
  /** The body, byte by byte. */
  readonly body?: string
}

/** Made through the administration API, in this order, before the first step; deleted after the last. */
export interface Given {
  /** One topic `$TOPIC` with one partition unless said. */
  readonly topics?: readonly GivenTopic[]
  readonly users?: readonly GivenUser[]
  readonly bindings?: readonly Binding[]
  readonly records?: readonly GivenRecords[]
  readonly trims?: readonly { readonly topic: string; readonly partition: number; readonly beforeOffset: number }[]
}

export interface GivenTopic {
  readonly name: string
  readonly partitions?: number
  readonly config?: Readonly<Record<string, string | number>>
}

export interface GivenUser {
  readonly name: string
  readonly password: string
  readonly role?: 'system' | 'dba' | 'service' | 'user'
}

export interface GivenRecords {
  readonly topic: string
  readonly partition: number
  readonly records: readonly GivenRecord[]
}

/** Key and values as base64, as the fetch answers them. */
interface GivenRecord {
  readonly key?: string | null
  readonly value: string | null
  readonly headers?: readonly { readonly key: string; readonly value: string | null }[]
  readonly timestamp?: number
}

/** An ACL binding in the administration API's words; what is left out is the commonest. */
export interface Binding {
  readonly principal: string
  readonly operation: string
  readonly resource_name: string
  readonly host?: string
  readonly permission_type?: 'ALLOW' | 'DENY'
  readonly resource_type?: 'TOPIC' | 'GROUP' | 'CLUSTER'
  readonly pattern_type?: 'LITERAL' | 'PREFIXED'
}

/** What only someone beside the server can do; a run against a bare URL has few of them. */
export interface Hands {
  /** Lets the server's clock move on: a test's manual clock, or patience. */
  letPass?(durationMs: number): Promise<void>
  /** The same for hours, for which nobody has patience. */
  letHoursPass?(hours: number): Promise<void>
  /** Long polls that wait right now. */
  waitingLongPolls?(): Promise<number>
  /** The server's log so far, a JSON object a line. */
  logLines?(): readonly string[]
  /** Begins an orderly stop; resolves when it is complete. */
  stop?(): Promise<void>
  /** Makes every write fail until mended. */
  breakStorage?(): Promise<void>
  mendStorage?(): Promise<void>
  /** Flips a bit of the stored bytes where `text` lies, behind the server's back. */
  damage?(text: string): Promise<void>
  /** The most memory that the server has held so far. */
  peakMemoryBytes?(): number
  /** Waits for real, for what no clock but the operating system's decides. */
  wait?(durationMs: number): Promise<void>
}

export type Hand = keyof Hands
