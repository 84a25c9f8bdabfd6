/** A user as sessions show them. */
import type { SessionUser, SetupResponse } from '@logbrook/contract/sessions'
import type { User } from '@logbrook/kafka/users'

export function setupUserBody({ name, role, email, createdMs, updatedMs }: User): SetupResponse['user'] {
  return { id: name, role, email, created_at: rfc3339(createdMs), updated_at: rfc3339(updatedMs) }
}

export function sessionUserBody(user: User): SessionUser {
  return { ...setupUserBody(user), name: null }
}

export function isAdmin({ role }: User): boolean {
  return role === 'dba' || role === 'system'
}

export function rfc3339(ms: number): string {
  return new Date(ms).toISOString()
}
