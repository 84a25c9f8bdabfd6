/**
 * `pnpm bench`: how fast the broker takes logs in, against what this machine could do at best, in the same run.
 *
 * - The floor ("sink") is a bare node:http server that reads the same bodies: nobody who speaks HTTP on Node is faster.
 * - Broker and floor take turns, so that the machine's moods fall on both; ratios are of the medians.
 * - No threshold is asserted anywhere: figures are for reading.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { logBatch } from './bodies.ts'
import { load, type Load } from './load.ts'
import { printTable, summarize } from './report.ts'
import { startBroker, startSink } from './servers.ts'

const RECORDS_PER_REQUEST = 100
const RECORD_BYTES = 300

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    durability: { type: 'string', default: 'os' },
    connections: { type: 'string', default: '8' },
    partitions: { type: 'string', default: '64' },
  },
})

const runs = values.quick ? 3 : 5
const settings = {
  durability: values.durability,
  connections: Number(values.connections),
  partitions: Number(values.partitions),
  runs,
  durationSeconds: values.quick ? 2 : 5,
  records: `${RECORDS_PER_REQUEST} x ${RECORD_BYTES} B`,
  node: process.version,
}

const scratch = mkdtempSync(join(tmpdir(), 'logbrook-bench-'))
try {
  const bodyFile = join(scratch, 'batch.json')
  writeFileSync(bodyFile, logBatch(RECORDS_PER_REQUEST, RECORD_BYTES))
  await using sink = await startSink()
  await using broker = await startBroker({
    dataDir: join(scratch, 'data'),
    durability: settings.durability,
    partitions: settings.partitions,
  })

  const intake: Load = {
    url: `${broker.url}/dd/bench/api/v2/logs`,
    bodyFile,
    connections: settings.connections,
    durationSeconds: settings.durationSeconds,
  }
  const floor: Load = { ...intake, url: `${sink.url}/` }
  await load({ ...intake, durationSeconds: 2 })
  await load({ ...floor, durationSeconds: 2 })

  const intakes = []
  const floors = []
  for (let run = 0; run < runs; run++) {
    intakes.push(await load(intake))
    floors.push(await load(floor))
  }
  const rows = [summarize('intake', intakes), summarize('sink', floors)]
  printTable(settings, rows, RECORDS_PER_REQUEST)
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ settings, rows }, null, 2))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
