/** What the configurations of log senders have in common: where the intake of a topic is, and what they log in with. */
import { isTopicName } from '@logbrook/kafka/topic-name'
import { UsageError } from '../../usage-error.ts'
import type { Option, Values } from '../command.ts'
import { brokerUrl } from '../connect.ts'
import type { Shell } from '../shell.ts'

/** A broker without users takes any key, but senders send nothing without one. */
const API_KEY_DEFAULT = 'anything'
const URL_DEFAULT = 'http://127.0.0.1:8080'

export const SENDER_OPTIONS = {
  url: {
    type: 'string',
    placeholder: 'URL',
    meaning: 'Where the sender finds the broker. Default: LOGBROOK_URL, or http://127.0.0.1:8080.',
  },
  'api-key': {
    type: 'string',
    placeholder: 'USER:PASSWORD',
    meaning: `What it logs in with. Default: LOGBROOK_USER where that has a password, else ${API_KEY_DEFAULT}, for a broker without users.`,
  },
} as const satisfies Record<string, Option>

export const SENDER_HELP = [
  'Asks no broker: the topic has to be there before the sender sends to it. From inside a container the broker is elsewhere, as',
  '--url http://host.docker.internal:8080, and has to listen there: --host 0.0.0.0 --auth required --allowed-hosts host.docker.internal.',
].join('\n')

export interface Intake {
  readonly topic: string
  /** Without a slash at its end; senders put `/api/v2/logs` behind it. */
  readonly url: string
  readonly apiKey: string
}

/** @throws UsageError */
export function intakeOf({ env }: Shell, values: Values<typeof SENDER_OPTIONS>, topic: string): Intake {
  if (!isTopicName(topic)) throw new UsageError(`${JSON.stringify(topic)} is no topic name`)
  const url = brokerUrl(values.url ?? env['LOGBROOK_URL'] ?? URL_DEFAULT).replace(/\/+$/, '')
  const { LOGBROOK_USER: login } = env
  const apiKey = values['api-key'] ?? (login?.includes(':') === true ? login : API_KEY_DEFAULT)
  // A header holds no line breaks, and no sender would send them.
  if (apiKey === '' || /[\r\n]/.test(apiKey)) throw new UsageError('the API key is empty, or more than a line')
  return { topic, url: `${url}/dd/${topic}`, apiKey }
}

/** A string of YAML, and of TOML: what JSON makes of it is one of both. */
export function quoted(text: string): string {
  return JSON.stringify(text)
}

/** The same where a dollar sign would stand for a variable. */
export function quotedLiteral(text: string): string {
  return quoted(text.replaceAll('$', '$$$$'))
}

/** `format` as one of `known`. @throws UsageError */
export function formatOf<Format extends string>(format: string | undefined, known: readonly [Format, ...Format[]]): Format {
  const found = known.find((candidate) => candidate === (format ?? known[0]))
  if (found === undefined) throw new UsageError(`--format is ${JSON.stringify(format)}; it must be ${known.join(' or ')}`)
  return found
}
