/** 1 GiB of zeros in 1 MB of gzip: how soon it is refused, and how long others wait meanwhile. */
import { createGzip } from 'node:zlib'
import { connect, timed } from '../client.ts'
import type { Client } from '../client.ts'
import { usageOf } from '../process-usage.ts'
import type { Scenario } from '../scenario.ts'
import { startBroker } from '../servers.ts'
import { spread } from '../statistics.ts'

const BOMB_BYTES = 1024 ** 3
const CHUNK_BYTES = 1024 ** 2
const PAYLOAD_TOO_LARGE = 413

export const bomb: Scenario = {
  name: 'bomb',
  depth: 'quick',
  async measure({ runs }) {
    const body = await makeBomb()
    await using broker = await startBroker({ topics: { bench: 1 } })
    using client = connect(broker.url)
    using bystander = connect(broker.url)
    const idleMb = usageOf(broker.pid).rssMb
    const calmMs: number[] = []
    const refusedMs: number[] = []
    const waitedMs: number[] = []
    // The first two are for the compiler.
    for (let run = -2; run < runs; run++) {
      const calm = await longestWait(bystander, refuse(client, Buffer.from('x')))
      const refusal = refuse(client, body)
      const waited = await longestWait(bystander, refusal)
      if (run < 0) continue
      calmMs.push(calm)
      refusedMs.push(await refusal)
      waitedMs.push(waited)
    }
    const note = `${body.length} B of gzip hold 1 GiB`
    return [
      { name: '1 GiB bomb, until refused', unit: 'ms', spread: spread(refusedMs), note },
      {
        name: '1 GiB bomb, longest wait of a bystander',
        unit: 'ms',
        spread: spread(waitedMs),
        floor: { name: 'while a small body is refused', spread: spread(calmMs) },
        note: '/livez asked without pause until the bomb is refused',
      },
      { name: '1 GiB bomb, peak RSS', unit: 'MB', spread: spread([usageOf(broker.pid).peakRssMb]), note: `idle before: ${idleMb} MB` },
    ]
  },
}

async function makeBomb(): Promise<Buffer> {
  const gzip = createGzip({ level: 9 })
  const zeros = Buffer.alloc(CHUNK_BYTES)
  let left = BOMB_BYTES / CHUNK_BYTES
  const feed = (): void => {
    while (left-- > 0) if (!gzip.write(zeros)) return void gzip.once('drain', feed)
    gzip.end()
  }
  feed()
  return Buffer.concat(await gzip.toArray())
}

async function refuse(client: Client, body: Buffer): Promise<number> {
  const { result, ms } = await timed(() => client.post('/dd/bench/api/v2/logs', body, { 'content-encoding': 'gzip' }))
  if (result.status < 400 || (body.length > 1 && result.status !== PAYLOAD_TOO_LARGE)) throw new Error(`answered with ${result.status}`)
  return ms
}

/** Of the requests that a bystander makes, one after the other, until `until` has settled. */
async function longestWait(bystander: Client, until: Promise<unknown>): Promise<number> {
  const watch = { isOver: false }
  const over = until.finally(() => (watch.isOver = true))
  let longestMs = 0
  do longestMs = Math.max(longestMs, (await timed(() => bystander.get('/livez'))).ms)
  while (!watch.isOver)
  await over
  return longestMs
}
