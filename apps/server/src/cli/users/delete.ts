import { defineCommand } from '../command.ts'
import { printLine } from '../shell.ts'
import { administer, USER_OPTIONS } from './administration.ts'

export const command = defineCommand({
  positionals: 'NAME...',
  options: USER_OPTIONS,
  details: "A user's ACL bindings stay: delete them too, or they hold for the next user of that name.",
  examples: ['users delete alice'],
  async run({ shell, values, positionals }) {
    await administer(shell, values, async (users) => {
      for (const name of positionals) {
        await users.delete(name)
        await printLine(shell.stdout, `deleted user ${name}`)
      }
    })
  },
})
