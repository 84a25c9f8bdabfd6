/** What a statement is given beside its text. */
import type { Role } from '@logbrook/kafka/users'
import type { ParameterValue } from '../data-type.ts'
import type { FileReference } from '../protocol.ts'

export interface Given {
  readonly params: readonly ParameterValue[]
  /** What NOW() is. */
  readonly nowMs: number
  /** CURRENT_USER and CURRENT_ROLE(). */
  readonly user: string
  readonly role: Role
  /** What FILE('…') stands for; `null`: the request was no multipart form. */
  readonly files: Readonly<Record<string, FileReference>> | null
}
