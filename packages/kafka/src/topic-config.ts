/**
 * A topic's configuration: Kafka's keys, Kafka's meanings, the few of them that Logbrook has.
 * Unknown keys are refused: a setting that is silently ignored is a lie.
 */
import { KafkaError } from './errors.ts'
import { RECORD_BYTES_MAX, RECORD_BYTES_MAX_DEFAULT } from './limits.ts'
import { suggestion } from './nearest.ts'

export interface TopicConfig {
  /** Age in ms after which records may be deleted; −1 = never. Kafka's default: 7 days. */
  readonly 'retention.ms': number
  /** Bytes of one partition above which its oldest records may be deleted; −1 = no limit. */
  readonly 'retention.bytes': number
  /** Largest record (key + value + headers), in bytes. Kafka counts batches; a record is what a sender can see. */
  readonly 'max.message.bytes': number
  /** Whose time a record carries: its producer's, or the broker's at append. */
  readonly 'message.timestamp.type': 'CreateTime' | 'LogAppendTime'
}

export type TopicConfigKey = keyof TopicConfig

export const TOPIC_CONFIG_DEFAULTS: TopicConfig = {
  'retention.ms': 7 * 24 * 60 * 60 * 1000,
  'retention.bytes': -1,
  'max.message.bytes': RECORD_BYTES_MAX_DEFAULT,
  'message.timestamp.type': 'CreateTime',
}

const TOPIC_CONFIG_KEYS = Object.keys(TOPIC_CONFIG_DEFAULTS) as readonly TopicConfigKey[]

/**
 * Reads configuration as a client writes it: numbers may come as numbers or, as Kafka's tools send them, as strings.
 *
 * @throws KafkaError INVALID_CONFIG naming the key, and for an unknown key the nearest known one
 */
export function parseTopicConfig(raw: Readonly<Record<string, unknown>>): Partial<TopicConfig> {
  const config: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(raw)) {
    if (!isTopicConfigKey(key)) {
      throw new KafkaError('INVALID_CONFIG', `unknown topic configuration key ${JSON.stringify(key)}${suggestion(key, TOPIC_CONFIG_KEYS)}`)
    }
    config[key] = key === 'message.timestamp.type' ? parseTimestampType(value) : parseWhole(key, value)
  }
  return config
}

function isTopicConfigKey(key: string): key is TopicConfigKey {
  return (TOPIC_CONFIG_KEYS as readonly string[]).includes(key)
}

const WHOLE_BOUNDS: Record<Exclude<TopicConfigKey, 'message.timestamp.type'>, { min: number; max: number }> = {
  'retention.ms': { min: -1, max: Number.MAX_SAFE_INTEGER },
  'retention.bytes': { min: -1, max: Number.MAX_SAFE_INTEGER },
  'max.message.bytes': { min: 1, max: RECORD_BYTES_MAX },
}

function parseWhole(key: keyof typeof WHOLE_BOUNDS, value: unknown): number {
  const { min, max } = WHOLE_BOUNDS[key]
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < min || number > max) {
    throw new KafkaError('INVALID_CONFIG', `${key} is ${JSON.stringify(value)}; it must be a whole number from ${min} to ${max}`)
  }
  return number
}

function parseTimestampType(value: unknown): TopicConfig['message.timestamp.type'] {
  if (value !== 'CreateTime' && value !== 'LogAppendTime') {
    throw new KafkaError('INVALID_CONFIG', `message.timestamp.type is ${JSON.stringify(value)}; it must be CreateTime or LogAppendTime`)
  }
  return value
}
