/**
 * Kafka's principals: `Type:name`. Logbrook authenticates users, so the type is always `User`.
 */
export type Principal = `User:${string}`

/** Who a request without credentials is. */
export const ANONYMOUS: Principal = 'User:ANONYMOUS'
/** In a binding: every principal. */
export const ANY_PRINCIPAL: Principal = 'User:*'

export function principalOf(userName: string): Principal {
  return `User:${userName}`
}

export function isPrincipal(text: string): text is Principal {
  return text.startsWith('User:') && text.length > 'User:'.length
}
