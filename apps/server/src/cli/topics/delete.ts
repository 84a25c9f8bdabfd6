import { defineCommand } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { printLine } from '../shell.ts'

export const command = defineCommand({
  positionals: 'NAME...',
  options: CONNECTION_OPTIONS,
  examples: ['topics delete logs'],
  async run({ shell, values, positionals }) {
    const client = await connect(shell, values)
    for (const name of positionals) {
      await client.topics.delete(name)
      await printLine(shell.stdout, `deleted topic ${name}`)
    }
  },
})
