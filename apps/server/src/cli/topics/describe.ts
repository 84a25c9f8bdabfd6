import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { printJson, printLine } from '../shell.ts'
import { printTable } from '../table.ts'

export const command = defineCommand({
  positionals: 'NAME',
  options: { ...CONNECTION_OPTIONS, json: JSON_OPTION },
  examples: ['topics describe logs', 'topics describe logs --json'],
  async run({ shell, values, positionals: [name = ''] }) {
    const { stdout } = shell
    const client = await connect(shell, values)
    const topic = await client.topics.describe(name)
    if (values.json === true) return await printJson(stdout, topic)
    await printLine(stdout, `topic ${topic.name}, id ${topic.id}, created ${new Date(topic.created_at).toISOString()}`)
    for (const [key, value] of Object.entries(topic.config ?? {})) await printLine(stdout, `  ${key}=${value}`)
    await printLine(stdout, '')
    const rows = topic.partitions.map((partition) =>
      [partition.partition, partition.log_start_offset, partition.high_watermark].map(String),
    )
    await printTable(stdout, ['PARTITION', 'LOG START', 'HIGH WATERMARK'], rows)
  },
})
