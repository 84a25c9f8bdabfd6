/** Table `user`. */
import type { Role, ScramCredential, User, UserStore } from '@logbrook/kafka/users'
import type { Database, Transact } from './database.ts'
import { guard } from './database.ts'

interface UserRow {
  readonly name: string
  readonly role: string
  readonly created_ms: number
  readonly updated_ms: number | null
  readonly email: string | null
  readonly mechanism: string | null
  readonly iterations: number | null
  readonly salt: Uint8Array | null
  readonly stored_key: Uint8Array | null
  readonly server_key: Uint8Array | null
}

export function createUserStore(database: Database, transact: Transact): UserStore {
  const select = database.prepare<[], UserRow>('SELECT * FROM user ORDER BY name')
  const put = database.prepare<UserRow>(
    `INSERT OR REPLACE INTO user (name, role, email, created_ms, updated_ms, mechanism, iterations, salt, stored_key, server_key)
     VALUES (@name, @role, @email, @created_ms, @updated_ms, @mechanism, @iterations, @salt, @stored_key, @server_key)`,
  )
  const remove = database.prepare<[string]>('DELETE FROM user WHERE name = ?')

  return {
    async users() {
      return guard('could not read the users', () => select.all().map(userOf))
    },
    async putUser(user) {
      guard(`could not keep user ${user.name}`, () => transact(() => put.run(rowOf(user))))
    },
    async deleteUser(name) {
      return guard(`could not delete user ${name}`, () => transact(() => remove.run(name).changes > 0))
    },
  }
}

function rowOf({ name, role, email, createdMs, updatedMs, credential }: User): UserRow {
  return {
    name,
    role,
    email,
    created_ms: createdMs,
    updated_ms: updatedMs,
    mechanism: credential?.mechanism ?? null,
    iterations: credential?.iterations ?? null,
    salt: credential?.salt ?? null,
    stored_key: credential?.storedKey ?? null,
    server_key: credential?.serverKey ?? null,
  }
}

function userOf(row: UserRow): User {
  const { name, role, email, created_ms: createdMs, updated_ms: updatedMs } = row
  return { name, role: role as Role, email, createdMs, updatedMs: updatedMs ?? createdMs, credential: credentialOf(row) }
}

function credentialOf({ mechanism, iterations, salt, stored_key, server_key }: UserRow): ScramCredential | null {
  if (mechanism === null || iterations === null || salt === null || stored_key === null || server_key === null) return null
  return { mechanism: mechanism as ScramCredential['mechanism'], iterations, salt, storedKey: stored_key, serverKey: server_key }
}
