/** From an append to the answer of a long poll that waits for it, one at a time, against a bare request and answer. */
import { setTimeout as after } from 'node:timers/promises'
import { evenLogBatch } from '../bodies.ts'
import { assertOk, connect, timed } from '../client.ts'
import type { Client } from '../client.ts'
import type { Finding, Scenario } from '../scenario.ts'
import { startBroker, startFloor } from '../servers.ts'
import { percentile, spread } from '../statistics.ts'

const SAMPLES = 200
const WARM_UP_SAMPLES = 50
/** After this the poll is surely waiting. */
const UNTIL_WAITING_MS = 2

export const longPoll: Scenario = {
  name: 'long-poll',
  depth: 'quick',
  async measure({ runs }) {
    await using broker = await startBroker({ topics: { bench: 1 } })
    await using floor = await startFloor('hello')
    using readerAndWriter = connect(broker.url)
    using floorClient = connect(floor.url)
    const polls = pollSampler(readerAndWriter)
    const hellos = async () => (await timed(async () => assertOk(await floorClient.get('/')))).ms
    await sample(WARM_UP_SAMPLES, polls)
    await sample(WARM_UP_SAMPLES, hellos)
    const pollRuns: (readonly number[])[] = []
    const helloRuns: (readonly number[])[] = []
    for (let run = 0; run < runs; run++) {
      pollRuns.push(await sample(SAMPLES, polls))
      helloRuns.push(await sample(SAMPLES, hellos))
    }
    return [0.5, 0.99].map((share) => finding(share, pollRuns, helloRuns))
  },
}

/** Each call appends one record to a partition that a fetch waits on, and answers how long that took to be answered. */
function pollSampler(client: Client): () => Promise<number> {
  const body = evenLogBatch(1)
  let offset = 0
  return async () => {
    const partitions = [{ partition: 0, fetch_offset: offset++, partition_max_bytes: 1_000_000 }]
    const polled = client.post('/v1/kafka/fetch', JSON.stringify({ topics: [{ topic: 'bench', partitions }], long_poll: true }))
    await after(UNTIL_WAITING_MS)
    const { ms } = await timed(async () => {
      const appended = client.post('/dd/bench/api/v2/logs', body)
      assertOk(await polled)
      return { appended }
    })
    return ms
  }
}

async function sample(count: number, once: () => Promise<number>): Promise<readonly number[]> {
  const samples: number[] = []
  for (let i = 0; i < count; i++) samples.push(await once())
  return samples
}

function finding(share: number, pollRuns: readonly (readonly number[])[], helloRuns: readonly (readonly number[])[]): Finding {
  const over = (runs: readonly (readonly number[])[]) => spread(runs.map((run) => percentile(run, share)))
  return {
    name: `append to long poll answered, p${share * 100}`,
    unit: 'ms',
    spread: over(pollRuns),
    floor: { name: `hello, p${share * 100}`, spread: over(helloRuns) },
    note: `one at a time, ${SAMPLES} samples a run, one record, durability os`,
  }
}
