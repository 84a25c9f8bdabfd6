import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { printJson, printTable } from '../shell.ts'

export const command = defineCommand({
  positionals: '',
  options: { ...CONNECTION_OPTIONS, json: JSON_OPTION },
  examples: ['topics list', 'topics list --json'],
  async run({ shell, values }) {
    const client = await connect(shell, values)
    const topics = await client.topics.list()
    if (values.json === true) for (const topic of topics) await printJson(shell.stdout, topic)
    else
      await printTable(
        shell.stdout,
        ['NAME', 'PARTITIONS'],
        topics.map(({ name, partition_count: count }) => [name, String(count)]),
      )
  },
})
