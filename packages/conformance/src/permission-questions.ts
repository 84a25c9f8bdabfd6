/** Bindings for the user of a case, and the question that each door puts to the authorizer. */
import type { Binding, Exchange } from './case.ts'
import {
  entry,
  errorEntry,
  fetched,
  FETCH_ALL,
  fetchRefused,
  intakeRefused,
  logs,
  recordPaths,
  recordsFrom,
  TAKEN,
  VALIDATE,
} from './requests.ts'
import type { Scene } from './scene.ts'
import { basicAuthorization } from './target.ts'

export const READ: Binding = { principal: 'User:$USER', operation: 'READ', resource_name: '$TOPIC' }
export const WRITE: Binding = { ...READ, operation: 'WRITE' }
export const ALL: Binding = { ...READ, operation: 'ALL' }
export const DENY = { permission_type: 'DENY' } as const
export const ANYONE = { principal: 'User:*' } as const

export const DENIED = 'TOPIC_AUTHORIZATION_FAILED'

/** The same question at every door. */
export async function ask(scene: Scene, { mayRead, mayWrite }: { readonly mayRead: boolean; readonly mayWrite: boolean }): Promise<void> {
  const user = scene.names('$USER')
  const headers = { Authorization: basicAuthorization({ user, password: 'secret' }), 'DD-API-KEY': `${user}:secret` }
  const steps: readonly Exchange[] = [
    {
      request: { ...FETCH_ALL, headers },
      expect: fetched(['$TOPIC', mayRead ? entry(0, [0, 1], recordsFrom(0, ['one'])) : errorEntry(0, 29)]),
    },
    ...recordPaths('$TOPIC', 0, 0).map((path) => ({
      request: { method: 'GET', path, headers },
      expect: mayRead ? { status: 200 } : fetchRefused(403, DENIED, /\$USER/),
    })),
    { request: logs('{}', headers), expect: mayWrite ? TAKEN : intakeRefused(403, DENIED, /\$USER/) },
    { request: { method: 'GET', path: VALIDATE, headers }, expect: mayWrite ? { status: 200 } : intakeRefused(403, DENIED, /\$USER/) },
  ]
  for (const step of steps) await scene.exchange(step)
}
