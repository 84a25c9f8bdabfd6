import type { Client } from '@logbrook/client/client'
import type { ResetRequest, ResetResponse } from '@logbrook/contract/groups'
import { PARTITION_NAMEABLE_MAX } from '@logbrook/kafka/limits'
import { UsageError } from '../../usage-error.ts'
import { wholeNumber } from '../arguments.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { parseStartOffset, START_OFFSET_HELP } from '../consume/start-offset.ts'
import type { StartOffset } from '../consume/start-offset.ts'
import { printJson } from '../shell.ts'
import { printTable } from '../table.ts'

export const command = defineCommand({
  positionals: 'GROUP TOPIC',
  options: {
    to: { type: 'string', placeholder: 'OFFSET', meaning: `Where to begin: ${START_OFFSET_HELP}. Must be given.` },
    partition: { type: 'string', short: 'p', placeholder: 'N', meaning: 'Only this partition. Default: all.' },
    ...CONNECTION_OPTIONS,
    json: JSON_OPTION,
  },
  details: 'What consumers of the group were handed and have not acknowledged is forgotten. Offsets are held within what there is.',
  examples: ['groups reset workers logs --to earliest', 'groups reset workers logs --to 10m', 'groups reset workers logs -p 0 --to 42'],
  async run({ shell, values, positionals: [groupId = '', topic = ''] }) {
    if (values.to === undefined) throw new UsageError('--to is missing')
    const start = parseStartOffset('--to', values.to, shell.clock.now())
    const only =
      values.partition === undefined ? undefined : wholeNumber('--partition', values.partition, { min: 0, max: PARTITION_NAMEABLE_MAX })
    const client = await connect(shell, values)
    const offsets: ResetResponse['offsets'] = []
    for (const request of await requestsOf(client, topic, only, start)) offsets.push(...(await client.groups.reset(groupId, request)))
    if (values.json === true) for (const offset of offsets) await printJson(shell.stdout, offset)
    else {
      const rows = offsets.map((of) => [of.topic, of.partition, of.previous_offset ?? '-', of.offset].map(String))
      await printTable(shell.stdout, ['TOPIC', 'PARTITION', 'WAS', 'IS'], rows)
    }
  },
})

/** One for all partitions, or one for each where they end at different offsets. */
async function requestsOf(client: Client, topic: string, only: number | undefined, start: StartOffset): Promise<readonly ResetRequest[]> {
  const common = { topic, ...(only === undefined ? {} : { partition: only }) }
  if (start.kind === 'at') return [{ ...common, offset: start.offset }]
  if (start.kind === 'time') return [{ ...common, ...(typeof start.at === 'number' ? { timestamp: start.at } : { to: start.at }) }]
  const ends = await client.topics.offsets(topic, 'latest')
  const asked = ends.filter(({ partition }) => only === undefined || partition === only)
  return asked.map(({ partition, high_watermark: end }) => ({ topic, partition, offset: Math.max(0, end - start.count) }))
}
