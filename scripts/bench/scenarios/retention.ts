/**
 * What senders notice of retention: the slowest hundredth of an intake while the oldest 100,000 records of another topic are deleted,
 * against the same intake in peace.
 *
 * They are deleted by DeleteRecords, which raises the log start and leaves the rest to the sweeper, as retention does, but now and not
 * with its next round.
 */
import { setTimeout as after } from 'node:timers/promises'
import { assertOk, connect } from '../client.ts'
import { assertAllAnswered, latencyOf } from '../compare.ts'
import { fill } from '../fill.ts'
import { intakeLoad, load } from '../load.ts'
import type { MeasuredLoad } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { startBroker } from '../servers.ts'
import { spread } from '../statistics.ts'
import type { Spread } from '../statistics.ts'

const CONNECTIONS = 8
const RECORDS = 100_000
/** A deletion takes a fraction of a second: in a longer run it would be lost among what is not slow. */
const RUN_SECONDS = 1
/** After this the intake is at full speed. */
const UNTIL_UNDER_WAY_MS = 300

export const retention: Scenario = {
  name: 'retention',
  depth: 'default',
  async measure({ runs, warmUpSeconds }) {
    const intake = intakeLoad({ connections: CONNECTIONS })
    await using broker = await startBroker({ topics: { bench: 64, oldest: 1 } })
    await load(broker.url, warmUpSeconds, intake)
    const deleting: MeasuredLoad[] = []
    const peaceful: MeasuredLoad[] = []
    for (let run = 0; run < runs; run++) {
      await fill(broker.url, 'oldest', RECORDS)
      const deleted = deleteOldest(broker.url)
      deleting.push(await load(broker.url, RUN_SECONDS, intake))
      await deleted
      peaceful.push(await load(broker.url, RUN_SECONDS, intake))
    }
    assertAllAnswered('retention', [...deleting, ...peaceful])
    const finding = {
      name: 'intake p99 while 100 k records are deleted',
      unit: 'ms',
      spread: p99Of(deleting),
      floor: { name: 'in peace', spread: p99Of(peaceful) },
      latency: latencyOf(deleting),
      note: `runs of ${RUN_SECONDS} s, ${CONNECTIONS} connections, 64 partitions, durability os`,
    }
    return [finding]
  },
}

async function deleteOldest(url: string): Promise<void> {
  using client = connect(url)
  await after(UNTIL_UNDER_WAY_MS)
  assertOk(await client.delete('/v1/kafka/topics/oldest/partitions/0/records?before_offset=-1'))
}

function p99Of(loads: readonly MeasuredLoad[]): Spread {
  return spread(loads.map(({ p99Ms }) => p99Ms))
}
