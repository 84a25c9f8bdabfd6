import type { Hands } from './case.ts'
import type { ProfileName } from './profiles.ts'

export interface Credentials {
  readonly user: string
  readonly password: string
}

/** A server under test, and what is known of it. */
export interface Target {
  readonly url: URL
  readonly profile: ProfileName
  /** A super user, where the server asks who is calling. */
  readonly admin: Credentials | null
  readonly hands: Hands
}

export function basicAuthorization({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
