/** What a client is told of itself; what it is told of its subscriptions is made in the room of SQL. */
import { Frame } from '@logbrook/sql/live/frame'
import type { User } from '@logbrook/kafka/users'

/** `subscriptionId`: or a word that says what the error is of, where it is no subscription's. */
export function errorFrame(subscriptionId: string, code: string, message: string): Frame {
  return Frame.of({ type: 'error', subscription_id: subscriptionId, code, message })
}

export function authSuccess({ name, role }: User, compresses: boolean): Frame {
  const protocol = { serialization: 'json', compression: compresses ? 'gzip' : 'none' }
  return Frame.of({ type: 'auth_success', user: name, user_id: name, role, protocol })
}

export function authError(message: string): Frame {
  return Frame.of({ type: 'auth_error', message })
}
