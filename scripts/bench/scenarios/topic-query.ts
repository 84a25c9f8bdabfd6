/**
 * A query that looks into every record of a topic: how long it takes, what senders notice meanwhile, and that one with bounds reads no more than
 * what lies between them.
 *
 * - Its floor is the least that SQLite can do: the same condition over the rows of the log's own file, with nobody between.
 * - Senders write to another topic, so that the query always reads the same, and at a pace that leaves room: at full speed it is the disk that they
 *   wait for.
 */
import { join } from 'node:path'
// oxlint-disable-next-line no-restricted-imports -- the broker's own connections are in another process
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as after } from 'node:timers/promises'
import { evenLogBatch, RECORD_BYTES } from '../bodies.ts'
import { assertOk, connect, timed } from '../client.ts'
import type { Client } from '../client.ts'
import { commonOffsets, fill } from '../fill.ts'
import type { Finding, Scenario, Settings } from '../scenario.ts'
import { startBroker } from '../servers.ts'
import type { Broker } from '../servers.ts'
import { logInAsDba, runSql } from '../sql-session.ts'
import type { Session } from '../sql-session.ts'
import { percentile, spread } from '../statistics.ts'
import type { Spread } from '../statistics.ts'

const PARTITIONS = 16
const SENDERS = 8
const SENDER_PAUSE_MS = 10
const RECORDS = 1_000_000
const RECORDS_BETWEEN_BOUNDS = 1_000
const MS_PER_SECOND = 1_000
const QUERY = "SELECT count(*) FROM topic('queried') WHERE json_extract(value, '$.status') = 'error'"
/** What intakes have sent is stored without its brackets. */
const FLOOR_QUERY = `
  SELECT count(*) FROM batch, json_each('[' || CAST(body AS TEXT) || ']') AS record WHERE json_extract(record.value, '$.status') = 'error'`

export const topicQuery: Scenario = {
  name: 'topic-query',
  depth: 'default',
  async measure(settings) {
    await using broker = await startBroker({
      topics: { queried: PARTITIONS, bench: 64 },
      flags: ['--sql-requests-per-second', '0'],
    })
    await fill(broker.url, 'queried', RECORDS)
    using client = connect(broker.url)
    const session = await logInAsDba(client)
    return [...(await queryAlone(broker, client, session, settings)), ...(await queryBesideIntake(broker, client, session, settings))]
  },
}

async function queryAlone(broker: Broker, client: Client, session: Session, { runs }: Settings): Promise<readonly Finding[]> {
  const endOffset = await commonOffsets(broker.url, 'queried')
  const bounded = `${QUERY} AND partition = 0 AND offset >= ${endOffset - RECORDS_BETWEEN_BOUNDS} AND offset < ${endOffset}`
  const wholeMs: number[] = []
  const floorMs: number[] = []
  const boundedMs: number[] = []
  for (let run = -1; run < runs; run++) {
    const whole = await timed(() => runSql(client, session, QUERY))
    const floor = await timed(async () => countPlainly(broker))
    const part = await timed(() => runSql(client, session, bounded))
    if (Number(whole.result[0]?.[0]) !== floor.result) throw new Error(`the query counted ${String(whole.result)}, not ${floor.result}`)
    if (run < 0) continue
    wholeMs.push(whole.ms)
    floorMs.push(floor.ms)
    boundedMs.push(part.ms)
  }
  const filter = `a JSON filter over 300 B records, ${PARTITIONS} partitions`
  return [
    {
      name: `count of ${RECORDS / 1e6} M`,
      unit: 's',
      spread: inSeconds(wholeMs),
      floor: { name: 'json_each of the bodies', spread: inSeconds(floorMs) },
      note: filter,
    },
    {
      name: `count of ${RECORDS_BETWEEN_BOUNDS} of them`,
      unit: 'ms',
      spread: spread(boundedMs),
      floor: { name: 'of all', spread: spread(wholeMs) },
      note: `by bounds on partition and offset; ${filter}`,
    },
  ]
}

function inSeconds(durationsMs: readonly number[]): Spread {
  return spread(durationsMs.map((ms) => ms / MS_PER_SECOND))
}

/** On a connection of its own, to the end. */
function countPlainly({ dataDir }: Broker): number {
  const database = new DatabaseSync(join(dataDir, 'logbrook.db'), { readOnly: true })
  try {
    return Number(Object.values(database.prepare(FLOOR_QUERY).get() ?? {})[0])
  } finally {
    database.close()
  }
}

async function queryBesideIntake({ url }: Broker, client: Client, session: Session, settings: Settings): Promise<readonly Finding[]> {
  const { runs, durationSeconds, warmUpSeconds } = settings
  await sendFor(url, warmUpSeconds)
  const besideRuns: (readonly number[])[] = []
  const aloneRuns: (readonly number[])[] = []
  const queryMs: number[] = []
  for (let run = 0; run < runs; run++) {
    aloneRuns.push(await sendFor(url, durationSeconds))
    const sending = sendFor(url, durationSeconds)
    queryMs.push(...(await queryUntil(sending, client, session)))
    besideRuns.push(await sending)
  }
  const note = `${SENDERS} senders of 100 x ${RECORD_BYTES} B, each with pauses of ${SENDER_PAUSE_MS} ms; queries one after the other`
  return [
    ...[0.5, 0.99].map((share) => ({
      name: `intake beside queries, p${share * 100}`,
      unit: 'ms',
      spread: over(besideRuns, share),
      floor: { name: `intake without queries, p${share * 100}`, spread: over(aloneRuns, share) },
      note,
    })),
    { name: `count of ${RECORDS / 1e6} M beside intake`, unit: 's', spread: inSeconds(queryMs), note },
  ]
}

function over(runs: readonly (readonly number[])[], share: number): Spread {
  return spread(runs.map((ms) => percentile(ms, share)))
}

/** Answers how long each request took. */
async function sendFor(url: string, seconds: number): Promise<readonly number[]> {
  using client = connect(url)
  const body = Buffer.from(evenLogBatch())
  const durationsMs: number[] = []
  const endMs = performance.now() + seconds * MS_PER_SECOND
  const send = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const { ms, result } = await timed(() => client.post('/dd/bench/api/v2/logs', body))
      assertOk(result)
      durationsMs.push(ms)
      await after(SENDER_PAUSE_MS)
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, send))
  return durationsMs
}

/** One after the other, the last of them to its own end; answers how long each took. */
async function queryUntil(end: Promise<unknown>, client: Client, session: Session): Promise<readonly number[]> {
  const ended = new AbortController()
  const stop = () => ended.abort()
  void end.then(stop, stop)
  const durationsMs: number[] = []
  while (!ended.signal.aborted) durationsMs.push((await timed(() => runSql(client, session, QUERY))).ms)
  return durationsMs
}
