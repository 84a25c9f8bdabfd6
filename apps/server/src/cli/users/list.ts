import { defineCommand, JSON_OPTION } from '../command.ts'
import { printJson } from '../shell.ts'
import { printTable } from '../table.ts'
import { administer, USER_OPTIONS } from './administration.ts'

export const command = defineCommand({
  positionals: '',
  options: { ...USER_OPTIONS, json: JSON_OPTION },
  examples: ['users', 'users list --data-dir ./logbrook-data --json'],
  async run({ shell, values }) {
    const users = await administer(shell, values, (administration) => administration.list())
    if (values.json === true) for (const user of users) await printJson(shell.stdout, user)
    else {
      const rows = users.map(({ name, role, has_password: hasPassword }) => [name, role, hasPassword ? 'yes' : 'no'])
      await printTable(shell.stdout, ['NAME', 'ROLE', 'PASSWORD'], rows)
    }
  },
})
