/**
 * The first-run setup (contract 3.6): `root` gets a password, and a `dba` is made.
 *
 * - `root` need not be there before: one that there is not is one without a password.
 * - It is open until somebody can administer: a super user with a password. Otherwise any program of this machine could make itself one
 *   on a broker whose users were made by other means (docs/decisions/0010-sessions.md).
 */
import { KafkaError } from '@logbrook/kafka/errors'
import { principalOf } from '@logbrook/kafka/principal'
import type { Principal } from '@logbrook/kafka/principal'
import type { User } from '@logbrook/kafka/users'
import { SUPER_USER_ROLES, userNameProblem } from '../users.ts'
import type { Users } from '../users.ts'
import { weaknessOf } from './password-policy.ts'

interface FirstUsers {
  readonly user: string
  readonly password: string
  readonly rootPassword: string
  readonly email: string | null
}

export interface Setup {
  isNeeded(): boolean
  /**
   * The `dba` that was made.
   *
   * @throws KafkaError ALREADY_CONFIGURED, UNACCEPTABLE_CREDENTIAL, INVALID_USER_NAME, DUPLICATE_RESOURCE
   */
  run(first: FirstUsers): Promise<User>
}

export interface SetupOptions {
  readonly users: Pick<Users, 'user' | 'some' | 'establish'>
  /** Of the configuration, beside those by role. */
  readonly superUsers: readonly Principal[]
}

/** The user that the setup gives a password to. */
export const ROOT = 'root'

export function createSetup({ users, superUsers }: SetupOptions): Setup {
  function administers({ name, role, credential }: User): boolean {
    return credential !== null && (name === ROOT || SUPER_USER_ROLES.has(role) || superUsers.includes(principalOf(name)))
  }

  function assertNeeded(): void {
    if (!users.some(administers)) return
    throw new KafkaError('ALREADY_CONFIGURED', 'Server has already been configured: a user who may administer it has a password')
  }

  function assertFree(user: string): void {
    if (users.user(user) !== null) throw new KafkaError('DUPLICATE_RESOURCE', `User '${user}' already exists`)
  }

  return {
    isNeeded: () => !users.some(administers),

    async run({ user, password, rootPassword, email }) {
      assertNeeded()
      assertStrong('DBA user password', password)
      assertStrong('Root password', rootPassword)
      assertName(user)
      const dba = { name: user, role: 'dba', password, email } as const
      const [made] = await users.establish([dba, { name: ROOT, role: 'system', password: rootPassword }], () => {
        assertNeeded()
        assertFree(user)
      })
      return made!
    },
  }
}

function assertStrong(whose: string, password: string): void {
  const weakness = weaknessOf(password)
  if (weakness !== null) throw new KafkaError('UNACCEPTABLE_CREDENTIAL', `${whose}: ${weakness}`)
}

function assertName(user: string): void {
  const problem = userNameProblem(user)
  if (problem !== null) throw new KafkaError('INVALID_USER_NAME', problem)
  if (user === ROOT) throw new KafkaError('INVALID_USER_NAME', 'the first user cannot be root, who is there already; choose another name')
}
