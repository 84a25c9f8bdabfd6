/** `GET /v1/kafka/topics/{topic}/offsets`: Kafka's ListOffsets for every partition of a topic. */
import { EARLIEST, LATEST } from '@logbrook/broker/offsets'
import type { PartitionOffset } from '@logbrook/broker/offsets'
import type { OffsetList } from '@logbrook/contract/topics'
import { KafkaError } from '@logbrook/kafka/errors'
import { basicCaller } from '../caller.ts'
import type { App, RouteContext } from '../context.ts'
import { closedQuery, wholeNumber } from '../query.ts'
import { partitionBody } from './topics.ts'

export function registerOffsets(app: App, context: RouteContext): void {
  app.get('/v1/kafka/topics/:topic/offsets', async (c) => {
    const caller = await basicCaller(c.env, context)
    const { timestamp = 'latest' } = closedQuery(c.env, ['timestamp'])
    const topic = c.req.param('topic')
    const offsets = await context.broker.offsets.atTime(caller, topic, parseTime(timestamp))
    return c.json({ topic, partitions: offsets.map(offsetBody) } satisfies OffsetList)
  })
}

function offsetBody({ partition, offset, timestampMs, watermarks }: PartitionOffset): OffsetList['partitions'][number] {
  return { ...partitionBody(partition, watermarks), offset, timestamp: timestampMs }
}

/** A date alone is its midnight in UTC; a time of day without a zone could be anybody's. */
const ISO_8601 = /^(?<date>\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

function parseTime(text: string): number {
  if (text === 'earliest') return EARLIEST
  if (text === 'latest') return LATEST
  if (/^\d+$/.test(text)) return wholeNumber('timestamp', text)
  // An unescaped plus of a zone arrives as the space that it means in a query.
  const iso = text.replace(' ', '+')
  const date = ISO_8601.exec(iso)?.groups?.['date']
  const timeMs = date === undefined || !isDate(date) ? NaN : Date.parse(iso)
  if (timeMs >= 0) return timeMs
  const forms = 'earliest, latest, epoch milliseconds, or ISO 8601 with a zone, as 2026-01-31T12:00:00Z, from 1970 on'
  throw new KafkaError('INVALID_REQUEST', `timestamp is ${JSON.stringify(text)}; it must be ${forms}`)
}

/** Date.parse makes the 3rd of March of a 31st of February. */
function isDate(date: string): boolean {
  const midnightMs = Date.parse(date)
  return !Number.isNaN(midnightMs) && new Date(midnightMs).toISOString().startsWith(date)
}
