/** How a connection may end (contract 7.6): the code and the words of its close frame. */
export interface CloseReason {
  readonly code: number
  readonly reason: string
}

const POLICY_VIOLATION = 1008
const INTERNAL_ERROR = 1011
const NORMAL = 1000
const GOING_AWAY = 1001

export const CLOSE = {
  unauthenticated: { code: POLICY_VIOLATION, reason: 'Authentication failed' },
  tooSlow: { code: POLICY_VIOLATION, reason: 'Too slow' },
  silent: { code: NORMAL, reason: 'Heartbeat timeout' },
  stopping: { code: GOING_AWAY, reason: 'Server shutting down' },
  lost: { code: INTERNAL_ERROR, reason: 'Changes may have been missed' },
} satisfies Readonly<Record<string, CloseReason>>

/** The protocol's limit on the words of a close frame, in bytes. */
const REASON_BYTES_MAX = 123

export function invalidMessage(problem: string): CloseReason {
  const reason = Buffer.from(`Invalid message: ${problem}`)
  if (reason.length <= REASON_BYTES_MAX) return { code: INTERNAL_ERROR, reason: reason.toString() }
  // A character that is cut in half becomes one of another length.
  let end = REASON_BYTES_MAX
  while ((reason[end]! & 0xc0) === 0x80) end--
  return { code: INTERNAL_ERROR, reason: reason.toString('utf8', 0, end) }
}
