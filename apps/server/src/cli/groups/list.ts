import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { printJson } from '../shell.ts'
import { printTable } from '../table.ts'

export const command = defineCommand({
  positionals: '',
  options: { ...CONNECTION_OPTIONS, json: JSON_OPTION },
  details: 'LAG is how many records are there that a group has not committed, in all partitions in which it committed something.',
  examples: ['groups', 'groups list --json'],
  async run({ shell, values }) {
    const client = await connect(shell, values)
    const groups = await client.groups.list()
    if (values.json === true) for (const group of groups) await printJson(shell.stdout, group)
    else {
      const rows = groups.map(({ group_id: groupId, partition_count: partitions, lag }) => [groupId, partitions, lag].map(String))
      await printTable(shell.stdout, ['GROUP', 'PARTITIONS', 'LAG'], rows)
    }
  },
})
