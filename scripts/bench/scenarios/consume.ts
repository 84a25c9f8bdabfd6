/** Consumer groups: a thousand records at a time, and from an append to the answer of a consumer that waits for it. */
import { setTimeout as after } from 'node:timers/promises'
import { evenLogBatch, RECORD_BYTES } from '../bodies.ts'
import { assertOk, connect, timed } from '../client.ts'
import type { Client } from '../client.ts'
import { fill } from '../fill.ts'
import type { Finding, Scenario } from '../scenario.ts'
import { startBroker, startFloor } from '../servers.ts'
import { percentile, spread } from '../statistics.ts'

const RECORDS = 100_000
const RECORDS_PER_CONSUME = 1_000
const CONSUMES = RECORDS / RECORDS_PER_CONSUME
const BYTES_PER_MB = 1e6
const MS_PER_SECOND = 1e3
const SAMPLES = 200
const WARM_UP_SAMPLES = 50
/** After this the consumer is surely waiting. */
const UNTIL_WAITING_MS = 2

interface Consumed {
  readonly messages: readonly { readonly offset: number }[]
}

export const consumeThousands: Scenario = {
  name: 'consume',
  depth: 'quick',
  async measure({ runs }) {
    await using broker = await startBroker({ topics: { bench: 1 } })
    await using floor = await startFloor('big')
    using client = connect(broker.url)
    using floorClient = connect(floor.url)
    await fill(broker.url, 'bench', RECORDS)
    const consumer = await logIn(client)
    await consumer.readAll('warm-up')
    const brokerRuns: number[] = []
    const floorRuns: number[] = []
    for (let run = 0; run < runs; run++) {
      const { ms } = await timed(() => consumer.readAll(`group-${run}`))
      brokerRuns.push(megabytesPerSecond(RECORDS * RECORD_BYTES, ms))
      let bytes = 0
      const big = await timed(async () => {
        for (let i = 0; i < CONSUMES; i++) bytes += assertOk(await floorClient.get('/')).length
      })
      floorRuns.push(megabytesPerSecond(bytes, big.ms))
    }
    return [
      {
        name: 'consume of 1,000 records',
        unit: 'MB/s',
        spread: spread(brokerRuns),
        floor: { name: 'big', spread: spread(floorRuns) },
        note: `${RECORD_BYTES} B each, one consumer of a group, each consume acknowledged; MB/s of payload`,
      },
    ]
  },
}

export const appendToConsumer: Scenario = {
  name: 'consume-wait',
  depth: 'quick',
  async measure({ runs }) {
    await using broker = await startBroker({ topics: { bench: 1 } })
    await using floor = await startFloor('hello')
    using client = connect(broker.url)
    using floorClient = connect(floor.url)
    const consumer = await logIn(client)
    const hello = async () => (await timed(async () => assertOk(await floorClient.get('/')))).ms
    const wait = () => consumer.waitForOne()
    await sample(WARM_UP_SAMPLES, wait)
    await sample(WARM_UP_SAMPLES, hello)
    const waitRuns: (readonly number[])[] = []
    const helloRuns: (readonly number[])[] = []
    for (let run = 0; run < runs; run++) {
      waitRuns.push(await sample(SAMPLES, wait))
      helloRuns.push(await sample(SAMPLES, hello))
    }
    return [0.5, 0.99].map((share) => finding(share, waitRuns, helloRuns))
  },
}

/** A consumer with a token, over the client's connections. */
async function logIn(client: Client) {
  const login = { user: 'bench', password: 'bench password' }
  const user = { name: login.user, password: login.password, role: 'service' }
  assertOk(await client.post('/v1/kafka/users', JSON.stringify(user)))
  const session = JSON.parse(assertOk(await client.post('/v1/api/auth/login', JSON.stringify(login))).toString()) as {
    access_token: string
  }
  const headers = { authorization: `Bearer ${session.access_token}` }
  const one = evenLogBatch(1)

  const post = async (endpoint: string, body: object): Promise<Buffer> =>
    assertOk(await client.post(`/v1/api/topics/${endpoint}`, JSON.stringify({ topic_id: 'bench', ...body }), headers))

  return {
    /** All that `fill` wrote. */
    async readAll(group: string): Promise<void> {
      for (let i = 1; i <= CONSUMES; i++) {
        await post('consume', { group_id: group, start: 'Earliest', limit: RECORDS_PER_CONSUME })
        await post('ack', { group_id: group, upto_offset: i * RECORDS_PER_CONSUME - 1 })
      }
    },

    /** Appends one record that a consumer waits for; answers how long that took to be answered. */
    async waitForOne(): Promise<number> {
      const waiting = post('consume', { group_id: 'waiting', timeout_seconds: 20 })
      await after(UNTIL_WAITING_MS)
      let appended: Promise<unknown> | undefined
      const { ms, result } = await timed(() => {
        appended = client.post('/dd/bench/api/v2/logs', one)
        return waiting
      })
      await appended
      const [message] = (JSON.parse(result.toString()) as Consumed).messages
      if (message === undefined) throw new Error('the consumer was answered without a record')
      await post('ack', { group_id: 'waiting', upto_offset: message.offset })
      return ms
    },
  }
}

function megabytesPerSecond(bytes: number, ms: number): number {
  return (bytes / BYTES_PER_MB / ms) * MS_PER_SECOND
}

async function sample(count: number, once: () => Promise<number>): Promise<readonly number[]> {
  const samples: number[] = []
  for (let i = 0; i < count; i++) samples.push(await once())
  return samples
}

function finding(share: number, waitRuns: readonly (readonly number[])[], helloRuns: readonly (readonly number[])[]): Finding {
  const over = (runs: readonly (readonly number[])[]) => spread(runs.map((run) => percentile(run, share)))
  return {
    name: `append to waiting consumer answered, p${share * 100}`,
    unit: 'ms',
    spread: over(waitRuns),
    floor: { name: `hello, p${share * 100}`, spread: over(helloRuns) },
    note: `one at a time, ${SAMPLES} samples a run, one record, durability os`,
  }
}
