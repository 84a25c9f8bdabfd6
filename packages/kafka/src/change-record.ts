/**
 * Records that tell of a change of a table's row: two headers say what was done and by whom. Any other record was simply appended, by nobody in
 * particular; without a value it is a deletion, as Kafka's tombstones are.
 */
import type { LogRecord, RecordHeader } from './record.ts'

export type ChangeOperation = 'insert' | 'update' | 'delete'

export interface RecordedChange {
  readonly operation: ChangeOperation
  /** `null` where it is not known. */
  readonly user: string | null
}

const OPERATION_KEY = 'kalamdb-op'
const USER_KEY = 'kalamdb-user'
const OPERATIONS: readonly string[] = ['insert', 'update', 'delete'] satisfies ChangeOperation[]

export function changeHeaders({
  operation,
  user,
}: {
  readonly operation: ChangeOperation
  readonly user: string
}): readonly RecordHeader[] {
  return [
    { key: OPERATION_KEY, value: Buffer.from(operation) },
    { key: USER_KEY, value: Buffer.from(user) },
  ]
}

export function changeOf({ value, headers }: Pick<LogRecord, 'value' | 'headers'>): RecordedChange {
  const operation = textOf(headers, OPERATION_KEY)
  if (operation === null || !isOperation(operation)) return { operation: value === null ? 'delete' : 'insert', user: null }
  return { operation, user: textOf(headers, USER_KEY) }
}

function isOperation(text: string): text is ChangeOperation {
  return OPERATIONS.includes(text)
}

function textOf(headers: readonly RecordHeader[], key: string): string | null {
  const value = headers.find((header) => header.key === key)?.value
  return value === undefined || value === null ? null : Buffer.from(value).toString()
}
