import { defineCommand } from '../command.ts'
import { printLine } from '../shell.ts'
import { administer, USER_OPTIONS } from './administration.ts'

export const command = defineCommand({
  positionals: '',
  options: USER_OPTIONS,
  details: 'Tokens that were issued before are refused from then on, by a running broker too. Passwords stay as they are.',
  examples: ['users rotate-secret', 'users rotate-secret --data-dir ./logbrook-data'],
  async run({ shell, values }) {
    await administer(shell, values, (users) => users.rotateSecret())
    await printLine(shell.stdout, 'replaced the secret that signs sessions; everyone has to log in again')
  },
})
