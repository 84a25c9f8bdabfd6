/** Sessions of a broker in memory on a clock that stands still, and tokens that it did not make. */
import { createHmac } from 'node:crypto'
import type { SessionSecretStore } from '@logbrook/kafka/session-secret'
import { createPasswordCheck } from '../src/password-check.ts'
import { createSessions } from '../src/sessions/sessions.ts'
import type { Sessions, SessionsOptions } from '../src/sessions/sessions.ts'
import { ADMIN, openAdministration } from './administration.ts'
import type { Administration } from './administration.ts'

export const ALICE = { user: 'alice', password: 'wonderland' } as const

export interface OpenSessions extends Administration {
  readonly sessions: Sessions
  readonly secrets: SessionSecretStore
  /** How often the secret was asked for: a remembered token does not ask. */
  secretReads(): number
}

/** User alice, a `service`, whose password is `wonderland`. */
export async function openSessions(options: Partial<SessionsOptions> = {}): Promise<OpenSessions> {
  const administration = await openAdministration()
  const { users, clock, permissions, storage } = administration
  await users.create(ADMIN, { name: ALICE.user, role: 'service', password: ALICE.password })
  let reads = 0
  const secrets: SessionSecretStore = {
    secret() {
      reads++
      return storage.sessionSecret.secret()
    },
    rotate: () => storage.sessionSecret.rotate(),
  }
  const sessions = createSessions({
    users,
    permissions,
    superUsers: [ADMIN.principal],
    checkPassword: createPasswordCheck({ users, clock }),
    secrets,
    clock,
    authRequestsPerSecond: 0,
    loginFailuresMax: 0,
    ...options,
  })
  return {
    ...administration,
    sessions,
    secrets,
    secretReads: () => reads,
    [Symbol.asyncDispose]: () => administration[Symbol.asyncDispose](),
  }
}

export function partsOf(token: string): { readonly header: Record<string, unknown>; readonly claims: Record<string, unknown> } {
  const [header, claims] = token
    .split('.', 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>)
  return { header: header!, claims: claims! }
}

/** A token as somebody makes it who has the secret. */
export async function signedBy(secrets: SessionSecretStore, header: object, claims: object, hash = 'sha256'): Promise<string> {
  const content = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = createHmac(hash, await secrets.secret())
    .update(content)
    .digest('base64url')
  return `${content}.${signature}`
}
