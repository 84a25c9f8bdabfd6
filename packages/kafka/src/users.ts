/**
 * Users, and where they and the ACL bindings are kept.
 */
import type { AclBinding, AclBindingFilter } from './acl.ts'

export const ROLES = ['system', 'dba', 'service', 'user'] as const
/** `system` and `dba` are super users; `service` and `user` need bindings where ACLs are on. */
export type Role = (typeof ROLES)[number]

/** What Kafka keeps instead of a password (SCRAM, RFC 5802): no password can be read back from it. */
export interface ScramCredential {
  readonly mechanism: 'SCRAM-SHA-512'
  readonly iterations: number
  readonly salt: Uint8Array
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

export interface User {
  readonly name: string
  readonly role: Role
  /** `null`: a user without a password, who passes no door. */
  readonly credential: ScramCredential | null
  readonly email: string | null
  readonly createdMs: number
  /** When the password, the role or the email were last changed. */
  readonly updatedMs: number
}

/** What is written has been kept when the promise resolves. */
export interface UserStore {
  users(): Promise<readonly User[]>
  /** Creates or replaces. */
  putUser(user: User): Promise<void>
  /** Whether there was one. */
  deleteUser(name: string): Promise<boolean>
}

export interface AclStore {
  bindings(): Promise<readonly AclBinding[]>
  /**
   * Atomically; a binding that is there already stays as it is.
   *
   * @throws KafkaError POLICY_VIOLATION when there would be more than `ACL_BINDINGS_MAX`
   */
  addBindings(bindings: readonly AclBinding[]): Promise<void>
  /** Deletes what any of the filters matches, and answers it. */
  deleteBindings(filters: readonly AclBindingFilter[]): Promise<readonly AclBinding[]>
}
