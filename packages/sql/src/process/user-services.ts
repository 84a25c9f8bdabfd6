/**
 * What statements ask of users.
 *
 * - SQL's own roles decide who manages them, `dba` and `system`, beside the permission on the cluster that every door asks for. Only `system` makes
 *   or changes one of its kind.
 */
import type { Broker } from '@logbrook/broker/broker'
import type { User } from '@logbrook/kafka/users'
import type { SqliteValue } from '../data-type.ts'
import type { UserCredential } from '../language/statement.ts'
import type { BrokerServices, SqlCaller } from '../services.ts'
import { SqlError } from '../sql-error.ts'
import { callerOf } from './caller-of.ts'

type UserServices = Pick<BrokerServices, 'createUser' | 'alterUser' | 'dropUser' | 'roleOf'> & {
  /** `systemRows` of users. */
  userRows(): readonly (readonly SqliteValue[])[]
}

export function createUserServices({ users }: Broker): UserServices {
  return {
    async createUser(caller, { user, credential, role, email }) {
      assertMayManage(caller, role)
      if (users.user(user) !== null)
        throw new SqlError('SQL_EXECUTION_ERROR', 'already-exists', `Already exists: User '${user}' already exists`)
      await users.create(callerOf(caller), { name: user, role, password: passwordOf(credential), email })
    },

    async alterUser(caller, user, change) {
      const before = users.user(user)
      assertMayManage(caller, change.role, before?.role)
      if (before === null) throw new SqlError('SQL_EXECUTION_ERROR', 'not-found', `Not found: User '${user}' not found`)
      await users.alter(callerOf(caller), user, change)
    },

    async dropUser(caller, user) {
      const before = users.user(user)
      assertMayManage(caller, before?.role)
      if (before === null) return false
      await users.delete(callerOf(caller), user)
      return true
    },

    roleOf: async (user) => users.user(user)?.role ?? null,
    userRows: () => Array.from(users.all(), rowOf),
  }
}

/** @throws SqlError PERMISSION_DENIED */
function assertMayManage({ role }: SqlCaller, ...roles: readonly (string | undefined)[]): void {
  if (role !== 'dba' && role !== 'system') {
    throw new SqlError('PERMISSION_DENIED', 'permission', 'Admin privileges (DBA or System role) required for user management')
  }
  if (role === 'dba' && roles.includes('system')) {
    throw new SqlError('PERMISSION_DENIED', 'permission', "Access denied: Role 'Dba' cannot manage users of role 'system'")
  }
}

function passwordOf(credential: UserCredential): string | null {
  return credential.kind === 'password' ? credential.password : null
}

const US_PER_MS = 1_000

/** No column holds anything that a password could be told from. */
function rowOf({ name, role, email, credential, createdMs, updatedMs }: User): readonly SqliteValue[] {
  return [
    name,
    credential === null ? '' : '[REDACTED]',
    role,
    email,
    credential === null ? 'internal' : 'password',
    null,
    'table',
    null,
    0,
    null,
    null,
    createdMs * US_PER_MS,
    updatedMs * US_PER_MS,
    null,
    null,
  ]
}
