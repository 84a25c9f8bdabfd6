/**
 * Every setting of a broker, once: from this table come the flags of `logbrook start`, the `LOGBROOK_…` variables, the keys
 * of the configuration file, the defaults, the help text and the README's table.
 *
 * - Values are what a flag, a variable (both text) or a JSON file holds; each schema turns any of them into what the code uses.
 * - A schema's message ends the sentence "--port is "x"; it must be …".
 * - A schema is made when a value is there to be looked at, and of zod's small form: all of them, in the usual form, were 17 ms of the start.
 */
import { AUTH_REQUESTS_PER_SECOND_MAX, LOGIN_FAILURES_MAX, SQL_REQUESTS_PER_SECOND_MAX, SQL_STATEMENT_MS_MAX } from '@logbrook/kafka/limits'
import { isPrincipal } from '@logbrook/kafka/principal'
import { isTopicName } from '@logbrook/kafka/topic-name'
import { isAddressOrSubnet } from '../http/client-address.ts'
import { isOrigin } from '../http/origins.ts'
import * as z from 'zod/mini'

export interface SettingDefinition<Value> {
  readonly schema: () => z.ZodMiniType<Value>
  readonly byDefault: Value
  /** What stands for the value in help; none for a flag that takes none. */
  readonly placeholder?: string
  readonly meaning: string
}

export const CONFIG = {
  host: setting({ schema: text, byDefault: '127.0.0.1', placeholder: 'HOST', meaning: 'Address to listen on.' }),
  port: setting({
    schema: () => whole(0, 65_535),
    byDefault: 8080,
    placeholder: 'PORT',
    meaning: 'Port to listen on; 0 takes a free one.',
  }),
  dataDir: setting({
    schema: text,
    byDefault: './logbrook-data',
    placeholder: 'DIR',
    meaning: 'Directory that the log is kept in; made when it is not there.',
  }),
  memory: setting({ schema: onOff, byDefault: false, meaning: 'Keep everything in memory, and nothing after the end.' }),
  durability: setting({
    schema: () => choice('os', 'fsync'),
    byDefault: 'os',
    placeholder: 'os|fsync',
    meaning: 'What an acknowledged record survives: a killed process (os), or a power cut as well (fsync).',
  }),
  checkpoint: setting({
    schema: () => choice('worker', 'inline'),
    byDefault: 'worker',
    placeholder: 'worker|inline',
    meaning: "Where SQLite's checkpoints run: in a thread beside the requests, or between them.",
  }),
  initFile: setting({
    schema: () => z.nullable(text()),
    byDefault: null,
    placeholder: 'FILE',
    meaning: 'JSON file of topics, users, super users and ACL bindings that are there after the start.',
  }),
  auth: setting({
    schema: () => choice('none', 'optional', 'required'),
    byDefault: 'optional',
    placeholder: 'none|optional|required',
    meaning: 'Whether requests carry credentials: never looked at, checked where given, or always asked for.',
  }),
  acls: setting({
    schema: onOff,
    byDefault: false,
    placeholder: 'on|off',
    meaning: 'Whether ACL bindings decide what a principal may do.',
  }),
  superUsers: setting({
    schema: () => list(isPrincipal, 'principals such as User:alice, separated by commas'),
    byDefault: [],
    placeholder: 'PRINCIPALS',
    meaning: 'Principals that may do everything, separated by commas.',
  }),
  allowEveryoneIfNoAclFound: setting({
    schema: onOff,
    byDefault: false,
    meaning: 'With ACLs on: whether everyone may use a resource that no binding names.',
  }),
  openWithoutAuthentication: setting({
    schema: onOff,
    byDefault: false,
    meaning: 'Allow listening beyond this machine although requests need no credentials.',
  }),
  allowedHosts: setting({
    schema: () => list(isFilled, 'host names separated by commas'),
    byDefault: [],
    placeholder: 'HOSTS',
    meaning: 'Names beside the loopback ones that a Host header may hold, separated by commas.',
  }),
  corsOrigins: setting({
    schema: () => list(isOrigin, 'origins such as https://example.com, separated by commas, or *'),
    byDefault: [],
    placeholder: 'ORIGINS',
    meaning: 'Origins whose pages may call the broker from a browser, separated by commas.',
  }),
  trustedProxies: setting({
    schema: () => list(isAddressOrSubnet, 'addresses or subnets such as 10.0.0.0/8, separated by commas'),
    byDefault: [],
    placeholder: 'ADDRESSES',
    meaning: 'Addresses and subnets of proxies whose X-Forwarded-For is believed, separated by commas.',
  }),
  authRequestsPerSecond: setting({
    schema: () => z.nullable(whole(0, 1_000_000)),
    byDefault: null,
    placeholder: 'N',
    meaning: `Logins, refreshes and setups of one address in a second: ${AUTH_REQUESTS_PER_SECOND_MAX}, with --testing any; 0 is no limit.`,
  }),
  loginFailuresMax: setting({
    schema: () => z.nullable(whole(0, 1_000_000)),
    byDefault: null,
    placeholder: 'N',
    meaning: `Failed logins after which a user is locked for 15 minutes: ${LOGIN_FAILURES_MAX}, with --testing any; 0 locks nobody.`,
  }),
  sqlRequestsPerSecond: setting({
    schema: () => z.nullable(whole(0, 1_000_000)),
    byDefault: null,
    placeholder: 'N',
    meaning: `Requests of SQL of one user in a second: ${SQL_REQUESTS_PER_SECOND_MAX}, with --testing any; 0 is no limit.`,
  }),
  sqlStatementMs: setting({
    schema: () => whole(1, 3_600_000),
    byDefault: SQL_STATEMENT_MS_MAX,
    placeholder: 'MS',
    meaning: 'Milliseconds that a request of SQL may run before it is ended.',
  }),
  remoteSetup: setting({
    schema: onOff,
    byDefault: false,
    meaning: 'Let the first-run setup come from other machines too.',
  }),
  secureCookies: setting({
    schema: onOff,
    byDefault: true,
    placeholder: 'on|off',
    meaning: 'Whether session cookies that are set over https are sent over nothing else.',
  }),
  intakeSuccessStatus: setting({
    schema: () => z.pipe(choice('200', '202'), z.transform(statusOf)),
    byDefault: 200,
    placeholder: '200|202',
    meaning: "HTTP status of the Datadog intake's successful answers.",
  }),
  intakeRootTopic: setting({
    schema: () => z.nullable(text().check(z.refine(isTopicName, { error: 'a topic name' }))),
    byDefault: null,
    placeholder: 'TOPIC',
    meaning: 'Topic for log senders that know no path prefix: /api/v2/logs and /v1/input.',
  }),
  intakeBareObject: setting({ schema: onOff, byDefault: false, meaning: 'Take a bare JSON object on the intake as one record.' }),
  testing: setting({
    schema: onOff,
    byDefault: false,
    meaning: 'Put the broker into the hands of a test: /v1/testing/* controls faults, journal, clock and snapshots.',
  }),
  clock: setting({
    schema: () => choice('system', 'manual'),
    byDefault: 'system',
    placeholder: 'system|manual',
    meaning: "With --testing: whether the time is the machine's, or stands still until the test moves it.",
  }),
  openTestingControls: setting({
    schema: onOff,
    byDefault: false,
    meaning: 'Allow listening beyond this machine although everyone who can connect controls a broker under test.',
  }),
  logLevel: setting({
    schema: () => choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    byDefault: 'info',
    placeholder: 'LEVEL',
    meaning: 'fatal, error, warn, info, debug, trace or silent.',
  }),
  logFormat: setting({
    schema: () => choice('auto', 'pretty', 'json'),
    byDefault: 'auto',
    placeholder: 'auto|pretty|json',
    meaning: 'How log lines look on stderr; auto is pretty on a terminal and JSON elsewhere.',
  }),
} satisfies Readonly<Record<string, SettingDefinition<unknown>>>

export type ConfigKey = keyof typeof CONFIG
export type Config = { readonly [Key in ConfigKey]: (typeof CONFIG)[Key]['byDefault'] }

/** What the schema answers is what the default has to be. */
function setting<Value>(
  definition: Omit<SettingDefinition<Value>, 'byDefault'> & { readonly byDefault: NoInfer<Value> },
): SettingDefinition<Value> {
  return definition
}

function text() {
  return z.string({ error: 'text' }).check(z.minLength(1, { error: 'text that is not empty' }))
}

function whole(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`
  return z.pipe(z.transform(numberFromText), z.int({ error }).check(z.gte(min, { error }), z.lte(max, { error })))
}

function numberFromText(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
}

function choice<const Choices extends readonly [string, ...string[]]>(...choices: Choices) {
  return z.pipe(z.transform(textFromNumber), z.enum(choices, { error: `one of ${choices.join(', ')}` }))
}

function textFromNumber(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value
}

function onOff() {
  return z.pipe(z.transform(booleanFromText), z.boolean({ error: 'on or off' }))
}

const WORDS = new Map([
  ['on', true],
  ['true', true],
  ['off', false],
  ['false', false],
])

function booleanFromText(value: unknown): unknown {
  return typeof value === 'string' ? (WORDS.get(value) ?? value) : value
}

function list<Item extends string>(isItem: (text: string) => text is Item, error: string): z.ZodMiniType<readonly Item[]>
function list(isItem: (text: string) => boolean, error: string): z.ZodMiniType<readonly string[]>
function list(isItem: (text: string) => boolean, error: string) {
  return z.pipe(z.transform(listFromText), z.array(z.string({ error }).check(z.refine(isItem, { error })), { error }))
}

/** Kafka's own lists of principals are parted by semicolons: both are read. */
function listFromText(value: unknown): unknown {
  if (typeof value !== 'string') return value
  return value === '' ? [] : value.split(/[,;]/).map((item) => item.trim())
}

function isFilled(item: string): boolean {
  return item !== ''
}

function statusOf(status: '200' | '202'): 200 | 202 {
  return status === '200' ? 200 : 202
}
