/** Users of a running broker, or of a data directory that none is running on. */
import { createPermissions } from '@logbrook/broker/permissions'
import { createUsers } from '@logbrook/broker/users'
import type { NewUser, UserChanges } from '@logbrook/broker/users'
import type { UserBody } from '@logbrook/contract/users'
import { openStorage } from '@logbrook/storage/storage'
import type { Option, Values } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import type { Shell } from '../shell.ts'

export const USER_OPTIONS = {
  ...CONNECTION_OPTIONS,
  'data-dir': {
    type: 'string',
    placeholder: 'DIR',
    meaning: 'Work on this data directory, on which no broker may be running, instead of asking a broker.',
  },
} as const satisfies Record<string, Option>

export interface UserAdministration {
  list(): Promise<readonly UserBody[]>
  create(user: NewUser): Promise<void>
  alter(name: string, changes: UserChanges): Promise<void>
  delete(name: string): Promise<void>
  rotateSecret(): Promise<void>
}

export async function administer<Answer>(
  shell: Shell,
  values: Values<typeof USER_OPTIONS>,
  work: (users: UserAdministration) => Promise<Answer>,
): Promise<Answer> {
  const dataDir = values['data-dir']
  return dataDir === undefined ? await work(await remote(shell, values)) : await locally(dataDir, shell, work)
}

async function remote(shell: Shell, values: Values<typeof USER_OPTIONS>): Promise<UserAdministration> {
  const { users } = await connect(shell, values)
  return {
    list: () => users.list(),
    create: async (user) => void (await users.create(user)),
    alter: async (name, changes) => void (await users.alter(name, changes)),
    delete: (name) => users.delete(name),
    rotateSecret: () => users.rotateSecret(),
  }
}

/** Whoever can write the directory may do everything to it. */
const CALLER = { principal: 'User:data-dir', host: '127.0.0.1' } as const

async function locally<Answer>(dataDir: string, { clock }: Shell, work: (users: UserAdministration) => Promise<Answer>): Promise<Answer> {
  const owner = `logbrook users, pid ${process.pid}`
  await using storage = await openStorage({ location: { dataDir }, durability: 'fsync', checkpoint: 'inline', clock, owner })
  const permissions = await createPermissions({ store: storage.acls, enabled: false, superUsers: [], allowWithoutBinding: false })
  const users = await createUsers({ store: storage.users, permissions, clock })
  return await work({
    async list() {
      const found = await users.list(CALLER)
      return found.map(({ name, role, hasPassword, createdMs }) => ({ name, role, has_password: hasPassword, created_at: createdMs }))
    },
    create: async (user) => void (await users.create(CALLER, user)),
    alter: async (name, changes) => void (await users.alter(CALLER, name, changes)),
    delete: (name) => users.delete(CALLER, name),
    rotateSecret: () => storage.sessionSecret.rotate(),
  })
}
