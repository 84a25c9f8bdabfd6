/**
 * Users: their administration, and the credentials that authentication checks against.
 *
 * - All users are held in memory; this is the only writer of their store. What changed counts once it has been kept.
 * - A credential is never changed, only replaced: whoever checked a password against one can see whether it still is the user's.
 * - Users whose role is `system` or `dba` are super users, from the moment the role is kept to the moment it is not.
 */
import type { Clock } from '@logbrook/kafka/clock'
import { KafkaError } from '@logbrook/kafka/errors'
import { PASSWORD_BYTES_MAX, USER_NAME_LENGTH_MAX } from '@logbrook/kafka/limits'
import { ANONYMOUS, ANY_PRINCIPAL, principalOf } from '@logbrook/kafka/principal'
import type { Role, ScramCredential, User, UserStore } from '@logbrook/kafka/users'
import type { Caller } from './caller.ts'
import { createGate } from './gate.ts'
import { CLUSTER } from './permissions.ts'
import type { Permissions, RoleSuperUsers } from './permissions.ts'
import { createScramCredential } from './scram.ts'

export interface NewUser {
  readonly name: string
  readonly role: Role
  /** `null`: a user who passes no door. */
  readonly password: string | null
  /** As it was, or none, where it is left out. */
  readonly email?: string | null
}

export type UserChanges = Partial<Pick<NewUser, 'role' | 'password' | 'email'>>

/** A user as others may see it. */
export interface UserDescription {
  readonly name: string
  readonly role: Role
  readonly hasPassword: boolean
  readonly createdMs: number
}

/** Lists ask for DESCRIBE on the cluster, changes for ALTER. */
export interface Users {
  /** By name, in order. */
  list(caller: Caller): Promise<readonly UserDescription[]>
  /** @throws KafkaError DUPLICATE_RESOURCE, INVALID_REQUEST (the name), UNACCEPTABLE_CREDENTIAL */
  create(caller: Caller, user: NewUser): Promise<UserDescription>
  /** Creates or replaces. @throws KafkaError INVALID_REQUEST (the name), UNACCEPTABLE_CREDENTIAL */
  put(caller: Caller, user: NewUser): Promise<UserDescription>
  /** @throws KafkaError RESOURCE_NOT_FOUND, UNACCEPTABLE_CREDENTIAL */
  alter(caller: Caller, name: string, changes: UserChanges): Promise<UserDescription>
  /** @throws KafkaError RESOURCE_NOT_FOUND */
  delete(caller: Caller, name: string): Promise<void>
  /** What the user's password is checked against now; `null` without a password, or without such a user. Asks nothing. */
  credentialOf(name: string): ScramCredential | null
  /** As they are now; never changed, only replaced. `null` where there is none. Asks nothing. */
  user(name: string): User | null
  /** As they are now. Asks nothing. */
  all(): Iterable<User>
  /** Whether there is such a user. Asks nothing. */
  some(predicate: (user: User) => boolean): boolean
  /**
   * Creates or replaces the first users, before there is anyone who could give the permission. `assertPossible` is asked last when no
   * other change is under way.
   *
   * @throws KafkaError INVALID_REQUEST (the name), UNACCEPTABLE_CREDENTIAL
   */
  establish(first: readonly NewUser[], assertPossible: () => void): Promise<readonly User[]>
}

export interface UsersOptions {
  readonly store: UserStore
  readonly permissions: Permissions & RoleSuperUsers
  readonly clock: Clock
}

export const SUPER_USER_ROLES: ReadonlySet<Role> = new Set(['system', 'dba'])

export async function createUsers({ store, permissions, clock }: UsersOptions): Promise<Users> {
  const inTurn = createGate(1)
  const users = new Map((await store.users()).map((user) => [user.name, user]))
  tellSuperUsers()

  function tellSuperUsers(): void {
    const superUsers = users.values().filter((user) => SUPER_USER_ROLES.has(user.role))
    permissions.setRoleSuperUsers(new Set(superUsers.map((user) => principalOf(user.name))))
  }

  async function keep(user: Omit<User, 'updatedMs'>): Promise<User> {
    const kept = { ...user, updatedMs: clock.now() }
    await store.putUser(kept)
    users.set(kept.name, kept)
    tellSuperUsers()
    return kept
  }

  function existing(name: string): User {
    const user = users.get(name)
    if (user === undefined) throw new KafkaError('RESOURCE_NOT_FOUND', `there is no user ${JSON.stringify(name)}`)
    return user
  }

  async function writeAll(all: readonly NewUser[], assertWritable: () => void): Promise<readonly User[]> {
    for (const { name } of all) assertUserName(name)
    assertWritable()
    const credentials = await Promise.all(all.map(({ password }) => credentialFor(password)))
    return await inTurn(async () => {
      assertWritable()
      const kept: User[] = []
      for (const [i, { name, role, email }] of all.entries()) {
        const before = users.get(name)
        const createdMs = before?.createdMs ?? clock.now()
        kept.push(await keep({ name, role, credential: credentials[i]!, email: email ?? before?.email ?? null, createdMs }))
      }
      return kept
    })
  }

  async function write(user: NewUser, assertWritable: () => void): Promise<UserDescription> {
    const [kept] = await writeAll([user], assertWritable)
    return describe(kept!)
  }

  return {
    async list(caller) {
      permissions.require(caller, 'DESCRIBE', CLUSTER)
      return [...users.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(describe)
    },

    async create(caller, user) {
      permissions.require(caller, 'ALTER', CLUSTER)
      return await write(user, () => {
        if (users.has(user.name)) throw new KafkaError('DUPLICATE_RESOURCE', `there is a user ${JSON.stringify(user.name)} already`)
      })
    },

    async put(caller, user) {
      permissions.require(caller, 'ALTER', CLUSTER)
      return await write(user, () => {})
    },

    async alter(caller, name, { password, role, email }) {
      permissions.require(caller, 'ALTER', CLUSTER)
      existing(name)
      const credential = password === undefined ? undefined : await credentialFor(password)
      return await inTurn(async () => {
        const user = existing(name)
        const changed = {
          ...(role !== undefined && { role }),
          ...(email !== undefined && { email }),
          ...(credential !== undefined && { credential }),
        }
        return describe(await keep({ ...user, ...changed }))
      })
    },

    async delete(caller, name) {
      permissions.require(caller, 'ALTER', CLUSTER)
      await inTurn(async () => {
        existing(name)
        await store.deleteUser(name)
        users.delete(name)
        tellSuperUsers()
      })
    },

    credentialOf: (name) => users.get(name)?.credential ?? null,
    user: (name) => users.get(name) ?? null,
    all: () => users.values(),
    some: (predicate) => users.values().some(predicate),
    establish: writeAll,
  }
}

function describe({ name, role, credential, createdMs }: User): UserDescription {
  return { name, role, hasPassword: credential !== null, createdMs }
}

/** Control characters, line separators and halves of surrogate pairs: they would forge lines of a log, or have no UTF-8. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u

/** Names that are principals of their own: no one may become them. */
const RESERVED: ReadonlySet<string> = new Set([ANONYMOUS, ANY_PRINCIPAL])

function assertUserName(name: string): void {
  const problem = userNameProblem(name)
  if (problem !== null) throw new KafkaError('INVALID_REQUEST', problem)
}

/** Why nobody can go by a name, as a sentence; `null` where somebody can. */
export function userNameProblem(name: string): string | null {
  if (name === '') return 'user name is empty'
  if (name.length > USER_NAME_LENGTH_MAX) return `user name is ${name.length} characters; the limit is ${USER_NAME_LENGTH_MAX}`
  if (RESERVED.has(principalOf(name))) return `user name ${JSON.stringify(name)} is reserved`
  if (name.includes(':')) return `user name ${JSON.stringify(name)} holds a colon, which ends the name in credentials`
  return UNPRINTABLE.test(name) ? `user name ${JSON.stringify(name)} holds control characters` : null
}

/** @throws KafkaError UNACCEPTABLE_CREDENTIAL */
async function credentialFor(password: string | null): Promise<ScramCredential | null> {
  if (password === null) return null
  const problem = passwordProblem(password)
  if (problem !== null) throw new KafkaError('UNACCEPTABLE_CREDENTIAL', problem)
  return await createScramCredential(password)
}

/** Why nobody can have a password, as a sentence; `null` where somebody can. */
export function passwordProblem(password: string): string | null {
  if (password === '') return 'password is empty'
  if (!password.isWellFormed()) return 'password holds half of a surrogate pair, which has no UTF-8'
  const bytes = Buffer.byteLength(password)
  return bytes > PASSWORD_BYTES_MAX ? `password is ${bytes} bytes; the limit is ${PASSWORD_BYTES_MAX}` : null
}
