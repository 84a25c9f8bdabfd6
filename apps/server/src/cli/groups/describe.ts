import type { GroupPartition } from '@logbrook/contract/groups'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { printJson } from '../shell.ts'
import { printTable } from '../table.ts'

const HEADING = ['TOPIC', 'PARTITION', 'COMMITTED', 'LOG START', 'END', 'LAG', 'SKIPPED', 'CLAIMED']
const NONE = '-'

export const command = defineCommand({
  positionals: 'GROUP',
  options: { ...CONNECTION_OPTIONS, json: JSON_OPTION },
  details:
    'COMMITTED is the next offset that the group reads. CLAIMED are offsets that consumers were handed and nobody has acknowledged. ' +
    'SKIPPED are records that were deleted before the group had committed them.',
  examples: ['groups describe workers', 'groups describe workers --json'],
  async run({ shell, values, positionals: [groupId = ''] }) {
    const client = await connect(shell, values)
    const group = await client.groups.describe(groupId)
    if (values.json === true) await printJson(shell.stdout, group)
    else await printTable(shell.stdout, HEADING, group.partitions.map(rowOf))
  },
})

function rowOf(of: GroupPartition): readonly string[] {
  const claims = of.claims.map(({ from_offset: from, end_offset: end }) => (end === from + 1 ? `${from}` : `${from}-${end - 1}`))
  const { topic, partition, log_start_offset: start, high_watermark: end, skipped_records: skipped } = of
  return [topic, partition, of.committed_offset ?? NONE, start, end, of.lag ?? NONE, skipped, claims.join(' ') || NONE].map(String)
}
