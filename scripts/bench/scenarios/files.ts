/** A file as large as it may be, into a row of SQL and back, one after the other; and the most memory that it ever took. */
import { randomBytes } from 'node:crypto'
import { assertOk, connect, timed } from '../client.ts'
import type { Client } from '../client.ts'
import { usageOf } from '../process-usage.ts'
import type { Scenario } from '../scenario.ts'
import { startBroker, startFloor } from '../servers.ts'
import { logInAsDba, runSql } from '../sql-session.ts'
import type { Session } from '../sql-session.ts'
import { spread } from '../statistics.ts'

const FILE_BYTES = 25 * 1024 * 1024
/** Rounds for the compiler. */
const WARM_UPS = 3
const BYTES_PER_MB = 1_000_000
const MS_PER_SECOND = 1_000
const MULTIPART = { 'content-type': 'multipart/form-data; boundary=edge' }

export const files: Scenario = {
  name: 'files',
  depth: 'default',
  async measure({ runs }) {
    await using broker = await startBroker({ topics: {} })
    await using floor = await startFloor('sink')
    using client = connect(broker.url)
    using floorClient = connect(floor.url)
    const session = await logInAsDba(client)
    await runSql(client, session, 'CREATE USER TABLE bench (id BIGINT PRIMARY KEY, file FILE)')
    const file = randomBytes(FILE_BYTES)
    const idleMb = usageOf(broker.pid).rssMb
    const upMbps: number[] = []
    const downMbps: number[] = []
    const sinkMbps: number[] = []
    for (let run = -WARM_UPS; run < runs; run++) {
      const form = formOf(`INSERT INTO bench VALUES (${run}, FILE('file'))`, file)
      const up = await timed(async () => assertOk(await client.post('/v1/api/sql', form, { ...session, ...MULTIPART })))
      const path = await pathOf(client, session, run)
      const down = await timed(async () => assertOk(await client.get(path, session)))
      if (!down.result.equals(file)) throw new Error('another file came back')
      const sink = await timed(async () => assertOk(await floorClient.post('/', form)))
      if (run < 0) continue
      upMbps.push(mbps(up.ms))
      downMbps.push(mbps(down.ms))
      sinkMbps.push(mbps(sink.ms))
    }
    const note = `${FILE_BYTES} B, one after the other`
    return [
      { name: '25 MiB file up', unit: 'MB/s', spread: spread(upMbps), floor: { name: 'sink', spread: spread(sinkMbps) }, note },
      { name: '25 MiB file down', unit: 'MB/s', spread: spread(downMbps), note },
      { name: '25 MiB files, peak RSS', unit: 'MB', spread: spread([usageOf(broker.pid).peakRssMb]), note: `idle before: ${idleMb} MB` },
    ]
  },
}

function mbps(ms: number): number {
  return (FILE_BYTES / BYTES_PER_MB / ms) * MS_PER_SECOND
}

function formOf(sql: string, file: Buffer): Buffer {
  const text = `--edge\r\nContent-Disposition: form-data; name="sql"\r\n\r\n${sql}\r\n`
  const head = `--edge\r\nContent-Disposition: form-data; name="file:file"; filename="bench.bin"\r\n\r\n`
  return Buffer.concat([Buffer.from(text + head), file, Buffer.from('\r\n--edge--\r\n')])
}

async function pathOf(client: Client, session: Session, id: number): Promise<string> {
  const [row] = await runSql(client, session, `SELECT file FROM bench WHERE id = ${id}`)
  const { sub, id: fileId } = row![0] as { readonly sub: string; readonly id: string }
  return `/v1/files/default/bench/${sub}/${fileId}`
}
