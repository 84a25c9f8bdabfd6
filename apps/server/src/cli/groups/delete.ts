import { defineCommand } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { printLine } from '../shell.ts'

export const command = defineCommand({
  positionals: 'GROUP...',
  options: CONNECTION_OPTIONS,
  examples: ['groups delete workers'],
  async run({ shell, values, positionals }) {
    const client = await connect(shell, values)
    for (const groupId of positionals) {
      await client.groups.delete(groupId)
      await printLine(shell.stdout, `deleted group ${groupId}`)
    }
  },
})
