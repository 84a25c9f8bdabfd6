import { defineCommand } from '../command.ts'
import { readNewPassword } from '../secret.ts'
import { printLine } from '../shell.ts'
import { administer, USER_OPTIONS } from './administration.ts'

export const command = defineCommand({
  positionals: 'NAME',
  options: USER_OPTIONS,
  details: 'The password is asked for on a terminal, or read from LOGBROOK_NEW_PASSWORD or the first line of stdin.',
  examples: ['users passwd alice', 'users passwd alice < password.txt'],
  async run({ shell, values, positionals: [name = ''] }) {
    const password = await readNewPassword(shell, name)
    await administer(shell, values, (users) => users.alter(name, { password }))
    await printLine(shell.stdout, `changed the password of user ${name}`)
  },
})
