import { ROLES } from '@logbrook/kafka/users'
import { oneOf } from '../arguments.ts'
import { defineCommand } from '../command.ts'
import { readNewPassword } from '../secret.ts'
import { printLine } from '../shell.ts'
import { administer, USER_OPTIONS } from './administration.ts'

export const command = defineCommand({
  positionals: 'NAME',
  options: {
    role: { type: 'string', placeholder: 'ROLE', meaning: 'system, dba (both may do everything), service or user. Default: user.' },
    'no-password': { type: 'boolean', meaning: 'Create a user who cannot log in yet.' },
    ...USER_OPTIONS,
  },
  details: 'The password is asked for on a terminal, or read from LOGBROOK_NEW_PASSWORD or the first line of stdin.',
  examples: [
    'users create alice',
    'users create admin --role dba --data-dir ./logbrook-data',
    'users create shipper --role service < password.txt',
  ],
  async run({ shell, values, positionals: [name = ''] }) {
    const role = oneOf('--role', values.role ?? 'user', ROLES)
    const password = values['no-password'] === true ? null : await readNewPassword(shell, name)
    await administer(shell, values, (users) => users.create({ name, role, password }))
    await printLine(shell.stdout, `created user ${name}, role ${role}`)
  },
})
