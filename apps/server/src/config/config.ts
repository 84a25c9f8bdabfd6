/**
 * Every setting of a broker, once: from this object come the flags of `logbrook start`, the `LOGBROOK_…` variables, the keys
 * of the configuration file, the defaults, the help text and the README's table.
 *
 * - Values are what a flag, a variable (both text) or a JSON file holds; each kind turns any of them into what the code uses.
 * - Plain data and small functions: zod takes 15 ms to load and to build their schemas from, a seventh of a start.
 */
import { isPrincipal } from '@logbrook/kafka/principal'
import type { Principal } from '@logbrook/kafka/principal'
import { isTopicName } from '@logbrook/kafka/topic-name'
import { choice, list, onOff, orNull, text, textThat, whole } from './kinds.ts'
import type { Kind } from './kinds.ts'

interface Declaration<Value> {
  readonly kind: Kind<Value>
  readonly byDefault: NoInfer<Value>
  /** What stands for the value in help; a flag without one takes no value. */
  readonly placeholder?: string
  readonly meaning: string
}

export const DECLARATIONS = {
  host: declare({ kind: text, byDefault: '127.0.0.1', placeholder: 'HOST', meaning: 'Address to listen on.' }),
  port: declare({ kind: whole(0, 65_535), byDefault: 8080, placeholder: 'PORT', meaning: 'Port to listen on; 0 takes a free one.' }),
  dataDir: declare({
    kind: text,
    byDefault: './logbrook-data',
    placeholder: 'DIR',
    meaning: 'Directory that the log is kept in; made when it is not there.',
  }),
  memory: declare({ kind: onOff, byDefault: false, meaning: 'Keep everything in memory, and nothing after the end.' }),
  durability: declare({
    kind: choice('os', 'fsync'),
    byDefault: 'os',
    placeholder: 'os|fsync',
    meaning: 'What an acknowledged record survives: a killed process (os), or a power cut as well (fsync).',
  }),
  checkpoint: declare({
    kind: choice('worker', 'inline'),
    byDefault: 'worker',
    placeholder: 'worker|inline',
    meaning: "Where SQLite's checkpoints run: in a thread beside the requests, or between them.",
  }),
  initFile: declare({
    kind: orNull(text),
    byDefault: null,
    placeholder: 'FILE',
    meaning: 'JSON file of topics, users, super users and ACL bindings that are there after the start.',
  }),
  auth: declare({
    kind: choice('none', 'optional', 'required'),
    byDefault: 'optional',
    placeholder: 'none|optional|required',
    meaning: 'Whether requests carry credentials: never looked at, checked where given, or always asked for.',
  }),
  acls: declare({
    kind: onOff,
    byDefault: false,
    placeholder: 'on|off',
    meaning: 'Whether ACL bindings decide what a principal may do.',
  }),
  superUsers: declare<readonly Principal[]>({
    kind: list(isPrincipal, 'principals such as User:alice, separated by commas'),
    byDefault: [],
    placeholder: 'PRINCIPALS',
    meaning: 'Principals that may do everything, separated by commas.',
  }),
  allowEveryoneIfNoAclFound: declare({
    kind: onOff,
    byDefault: false,
    meaning: 'With ACLs on: whether everyone may use a resource that no binding names.',
  }),
  openWithoutAuthentication: declare({
    kind: onOff,
    byDefault: false,
    meaning: 'Allow listening beyond this machine although requests need no credentials.',
  }),
  allowedHosts: declare<readonly string[]>({
    kind: list(isFilled, 'host names separated by commas'),
    byDefault: [],
    placeholder: 'HOSTS',
    meaning: 'Names beside the loopback ones that a Host header may hold, separated by commas.',
  }),
  corsOrigins: declare<readonly string[]>({
    kind: list(isOrigin, 'origins such as https://example.com, separated by commas, or *'),
    byDefault: [],
    placeholder: 'ORIGINS',
    meaning: 'Origins whose pages may call the broker from a browser, separated by commas.',
  }),
  intakeSuccessStatus: declare({
    kind: choice(200, 202),
    byDefault: 200,
    placeholder: '200|202',
    meaning: "HTTP status of the Datadog intake's successful answers.",
  }),
  intakeRootTopic: declare({
    kind: orNull(textThat(isTopicName, 'a topic name')),
    byDefault: null,
    placeholder: 'TOPIC',
    meaning: 'Topic for log senders that know no path prefix: /api/v2/logs and /v1/input.',
  }),
  intakeBareObject: declare({ kind: onOff, byDefault: false, meaning: 'Take a bare JSON object on the intake as one record.' }),
  logLevel: declare({
    kind: choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    byDefault: 'info',
    placeholder: 'LEVEL',
    meaning: 'fatal, error, warn, info, debug, trace or silent.',
  }),
  logFormat: declare({
    kind: choice('auto', 'pretty', 'json'),
    byDefault: 'auto',
    placeholder: 'auto|pretty|json',
    meaning: 'How log lines look on stderr; auto is pretty on a terminal and JSON elsewhere.',
  }),
}

export type ConfigKey = keyof typeof DECLARATIONS
export type Config = { readonly [Key in ConfigKey]: (typeof DECLARATIONS)[Key]['byDefault'] }

/** Gives a default the type of its kind: `'os'` alone would be all that there is. */
function declare<Value>(declaration: Declaration<Value>): Declaration<Value> {
  return declaration
}

function isFilled(item: string): boolean {
  return item !== ''
}

function isOrigin(item: string): boolean {
  return item === '*' || (URL.canParse(item) && new URL(item).origin === item)
}
