/** `logbrook demo`: fills a topic with believable logs, at a rate. */
import { randomInt } from 'node:crypto'
import type { Client } from '@logbrook/client/client'
import { systemDelay } from '@logbrook/client/delay'
import { LogbrookError } from '@logbrook/client/error'
import { PARTITIONS_MAX } from '@logbrook/kafka/limits'
import { wholeNumber } from '../arguments.ts'
import { defineCommand } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { durationMs } from '../duration.ts'
import { throughOutages } from '../outage.ts'
import { createProgress } from '../progress.ts'
import { printLine } from '../shell.ts'
import type { Shell } from '../shell.ts'
import { createDemoLogs } from './demo-logs.ts'

const TOPIC_DEFAULT = 'logs'
const RATE_DEFAULT = '50'
const PARTITIONS_DEFAULT = '4'
/** Of records a second: beyond, the sender is what is measured. */
const RATE_MAX = 100_000
const SEED_MAX = 2 ** 32 - 1
const TICK_MS = 100
/** What was not sent while the broker was away, or slow, is not made up for beyond this. */
const ARREARS_MS_MAX = 1_000

export const command = defineCommand({
  positionals: '[TOPIC]',
  options: {
    rate: { type: 'string', placeholder: 'N', meaning: `Records a second. Default: ${RATE_DEFAULT}.` },
    duration: { type: 'string', placeholder: 'DURATION', meaning: 'End after so long, as 30s or 10m. Default: at Ctrl-C.' },
    count: { type: 'string', placeholder: 'N', meaning: 'End after so many records. Default: at Ctrl-C.' },
    seed: { type: 'string', placeholder: 'N', meaning: 'The same seed gives the same logs, but for their times.' },
    partitions: { type: 'string', short: 'p', placeholder: 'N', meaning: `Of the topic, when it is made. Default: ${PARTITIONS_DEFAULT}.` },
    ...CONNECTION_OPTIONS,
  },
  details: `TOPIC is ${TOPIC_DEFAULT} where it is left out, and made when it is not there. The logs are those of a shop: requests that pass through several\nservices under one trace id, latencies, warnings, errors with stack traces, and now and then a service in trouble.`,
  examples: ['demo', 'demo logs --rate 500 --duration 10m', 'demo --count 10000 --rate 5000 --seed 1'],
  async run({ shell, values, positionals: [topic = TOPIC_DEFAULT] }) {
    const pace = {
      rate: wholeNumber('--rate', values.rate ?? RATE_DEFAULT, { min: 1, max: RATE_MAX }),
      durationMs: values.duration === undefined ? Infinity : durationMs('--duration', values.duration),
      count: values.count === undefined ? Infinity : wholeNumber('--count', values.count, { min: 0 }),
    }
    const seed = values.seed === undefined ? randomInt(SEED_MAX) : wholeNumber('--seed', values.seed, { min: 0, max: SEED_MAX })
    const partitions = wholeNumber('--partitions', values.partitions ?? PARTITIONS_DEFAULT, { min: 1, max: PARTITIONS_MAX })
    const client = await connect(shell, values)
    await fill({ shell, client, topic, partitions: await existingOrNew(client, shell, { topic, partitions }), pace, seed })
  },
})

async function existingOrNew(
  client: Client,
  { stdout }: Shell,
  { topic, partitions }: { readonly topic: string; readonly partitions: number },
): Promise<number> {
  try {
    const found = await client.topics.describe(topic)
    return found.partitions.length
  } catch (error) {
    if (!(error instanceof LogbrookError) || error.code !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error
  }
  await client.topics.create({ name: topic, partitions })
  await printLine(stdout, `created topic ${topic} with ${partitions} partition${partitions === 1 ? '' : 's'}`)
  return partitions
}

interface Filling {
  readonly shell: Shell
  readonly client: Client
  readonly topic: string
  readonly partitions: number
  readonly pace: { readonly rate: number; readonly durationMs: number; readonly count: number }
  readonly seed: number
}

async function fill({ shell, client, topic, partitions, pace, seed }: Filling): Promise<void> {
  const { clock, stdout, stderr } = shell
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  await printLine(stdout, `filling topic ${topic} with ${pace.rate} records a second${isEndless(pace) ? '; Ctrl-C stops' : ''}`)
  const logs = createDemoLogs(seed)
  const progress = createProgress({ stream: stderr, clock })
  const isWatched = stderr.isTTY === true
  let [sent, elapsedMs, lastMs, turn] = [0, 0, clock.now(), 0]
  for (let arrears = 1; sent < pace.count && elapsedMs < pace.durationMs && !stop.signal.aborted;) {
    const due = Math.min(Math.floor(arrears), pace.count - sent)
    if (due > 0) {
      const bytes = Buffer.from(Array.from({ length: due }, () => `${logs.next(clock.now())}\n`).join(''))
      const partition = turn++ % partitions
      await throughOutages(() => client.produceLines(topic, bytes, { partition }), { stderr, delay: systemDelay })
      sent += due
      arrears -= due
      if (isWatched) await progress.add({ records: due, bytes: bytes.length })
    }
    await systemDelay(TICK_MS, stop.signal)
    // Clocks may be set.
    const passedMs = Math.min(Math.max(0, clock.now() - lastMs), ARREARS_MS_MAX)
    lastMs = clock.now()
    elapsedMs += passedMs
    arrears += (passedMs * pace.rate) / 1_000
  }
  if (isWatched) await progress.end()
  await printLine(stdout, `sent ${sent.toLocaleString('en')} records to topic ${topic}`)
}

function isEndless({ durationMs: ms, count }: Filling['pace']): boolean {
  return ms === Infinity && count === Infinity
}
