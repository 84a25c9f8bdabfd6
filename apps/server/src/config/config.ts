/**
 * Every setting of a broker, once: from this object come the flags of `logbrook start`, the `LOGBROOK_…` variables, the keys
 * of the configuration file, the defaults, the help text and the README's table.
 *
 * - Values are what a flag, a variable (both text) or a JSON file holds; each schema turns any of them into what the code uses.
 * - A schema's message ends the sentence "--port is "x"; it must be …".
 */
import { isPrincipal } from '@logbrook/kafka/principal'
import { isTopicName } from '@logbrook/kafka/topic-name'
import { isAddressOrSubnet } from '../http/client-address.ts'
import * as z from 'zod'

export const Config = z.strictObject({
  host: text().default('127.0.0.1').meta({ placeholder: 'HOST', description: 'Address to listen on.' }),
  port: whole(0, 65_535).default(8080).meta({ placeholder: 'PORT', description: 'Port to listen on; 0 takes a free one.' }),
  dataDir: text()
    .default('./logbrook-data')
    .meta({ placeholder: 'DIR', description: 'Directory that the log is kept in; made when it is not there.' }),
  memory: onOff().default(false).meta({ description: 'Keep everything in memory, and nothing after the end.' }),
  durability: choice('os', 'fsync').default('os').meta({
    placeholder: 'os|fsync',
    description: 'What an acknowledged record survives: a killed process (os), or a power cut as well (fsync).',
  }),
  checkpoint: choice('worker', 'inline').default('worker').meta({
    placeholder: 'worker|inline',
    description: "Where SQLite's checkpoints run: in a thread beside the requests, or between them.",
  }),
  initFile: text().nullable().default(null).meta({
    placeholder: 'FILE',
    description: 'JSON file of topics, users, super users and ACL bindings that are there after the start.',
  }),
  auth: choice('none', 'optional', 'required').default('optional').meta({
    placeholder: 'none|optional|required',
    description: 'Whether requests carry credentials: never looked at, checked where given, or always asked for.',
  }),
  acls: onOff().default(false).meta({ placeholder: 'on|off', description: 'Whether ACL bindings decide what a principal may do.' }),
  superUsers: list(isPrincipal, 'principals such as User:alice, separated by commas').default([]).meta({
    placeholder: 'PRINCIPALS',
    description: 'Principals that may do everything, separated by commas.',
  }),
  allowEveryoneIfNoAclFound: onOff().default(false).meta({
    description: 'With ACLs on: whether everyone may use a resource that no binding names.',
  }),
  openWithoutAuthentication: onOff().default(false).meta({
    description: 'Allow listening beyond this machine although requests need no credentials.',
  }),
  allowedHosts: list(isFilled, 'host names separated by commas').default([]).meta({
    placeholder: 'HOSTS',
    description: 'Names beside the loopback ones that a Host header may hold, separated by commas.',
  }),
  corsOrigins: list(isOrigin, 'origins such as https://example.com, separated by commas, or *').default([]).meta({
    placeholder: 'ORIGINS',
    description: 'Origins whose pages may call the broker from a browser, separated by commas.',
  }),
  trustedProxies: list(isAddressOrSubnet, 'addresses or subnets such as 10.0.0.0/8, separated by commas').default([]).meta({
    placeholder: 'ADDRESSES',
    description: 'Addresses and subnets of proxies whose X-Forwarded-For is believed, separated by commas.',
  }),
  intakeSuccessStatus: choice('200', '202').transform(statusOf).default(200).meta({
    placeholder: '200|202',
    description: "HTTP status of the Datadog intake's successful answers.",
  }),
  intakeRootTopic: text().refine(isTopicName, { error: 'a topic name' }).nullable().default(null).meta({
    placeholder: 'TOPIC',
    description: 'Topic for log senders that know no path prefix: /api/v2/logs and /v1/input.',
  }),
  intakeBareObject: onOff().default(false).meta({ description: 'Take a bare JSON object on the intake as one record.' }),
  testing: onOff().default(false).meta({
    description: 'Put the broker into the hands of a test: /v1/testing/* controls faults, journal, clock and snapshots.',
  }),
  clock: choice('system', 'manual').default('system').meta({
    placeholder: 'system|manual',
    description: "With --testing: whether the time is the machine's, or stands still until the test moves it.",
  }),
  openTestingControls: onOff().default(false).meta({
    description: 'Allow listening beyond this machine although everyone who can connect controls a broker under test.',
  }),
  logLevel: choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info').meta({
    placeholder: 'LEVEL',
    description: 'fatal, error, warn, info, debug, trace or silent.',
  }),
  logFormat: choice('auto', 'pretty', 'json').default('auto').meta({
    placeholder: 'auto|pretty|json',
    description: 'How log lines look on stderr; auto is pretty on a terminal and JSON elsewhere.',
  }),
})
export type Config = z.infer<typeof Config>
export type ConfigKey = keyof Config

function text() {
  return z.string({ error: 'text' }).min(1, { error: 'text that is not empty' })
}

function whole(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`
  return z.preprocess(numberFromText, z.int({ error }).min(min, { error }).max(max, { error }))
}

function numberFromText(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
}

function choice<const Choices extends readonly [string, ...string[]]>(...choices: Choices) {
  return z.preprocess(textFromNumber, z.enum(choices, { error: `one of ${choices.join(', ')}` }))
}

function textFromNumber(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value
}

function onOff() {
  return z.preprocess(booleanFromText, z.boolean({ error: 'on or off' }))
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

function list<Item extends string>(isItem: (text: string) => text is Item, error: string): z.ZodType<readonly Item[]>
function list(isItem: (text: string) => boolean, error: string): z.ZodType<readonly string[]>
function list(isItem: (text: string) => boolean, error: string) {
  return z.preprocess(listFromText, z.array(z.string({ error }).refine(isItem, { error }), { error }))
}

/** Kafka's own lists of principals are parted by semicolons: both are read. */
function listFromText(value: unknown): unknown {
  if (typeof value !== 'string') return value
  return value === '' ? [] : value.split(/[,;]/).map((item) => item.trim())
}

function isFilled(item: string): boolean {
  return item !== ''
}

function isOrigin(item: string): boolean {
  return item === '*' || (URL.canParse(item) && new URL(item).origin === item)
}

function statusOf(status: '200' | '202'): 200 | 202 {
  return status === '200' ? 200 : 202
}
