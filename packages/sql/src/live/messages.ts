/** What subscribers are told (contract 7.5). */
import type { Cell } from '../data-type.ts'
import type { ChangeOperation } from '../catalog/table.ts'
import type { ResultColumn } from '../protocol.ts'
import { Frame, FrameForMany } from './frame.ts'

export type LiveRow = Readonly<Record<string, Cell>>

export type LiveErrorCode =
  | 'SUBSCRIPTION_LIMIT_EXCEEDED'
  | 'UNAUTHORIZED'
  | 'NOT_FOUND'
  | 'INVALID_SQL'
  | 'UNSUPPORTED'
  | 'SUBSCRIPTION_FAILED'
  | 'BATCH_FETCH_FAILED'
  | 'SLOW_CONSUMER'

/** Where a subscriber is with the rows that there were when it came. */
export interface BatchControl {
  readonly batch_num: number
  readonly has_more: boolean
  readonly status: 'loading' | 'loading_batch' | 'ready'
  readonly last_seq_id?: number
}

export function batchControl(batchNum: number, hasMore: boolean, lastSeq: bigint | null): BatchControl {
  const status = !hasMore ? 'ready' : batchNum === 0 ? 'loading' : 'loading_batch'
  return { batch_num: batchNum, has_more: hasMore, status, ...(lastSeq !== null && { last_seq_id: Number(lastSeq) }) }
}

export function subscriptionAck(id: string, control: BatchControl, schema: readonly ResultColumn[]): Frame {
  const columns = schema.map(({ name, data_type, index }) => ({ name, data_type, index }))
  return Frame.of({ type: 'subscription_ack', subscription_id: id, total_rows: 0, batch_control: control, schema: columns })
}

export function initialDataBatch(id: string, rows: readonly LiveRow[], control: BatchControl): Frame {
  return Frame.of({ type: 'initial_data_batch', subscription_id: id, rows, batch_control: control })
}

/**
 * Rows as JSON.
 *
 * @param rows what they are now, of a deletion none; `olds` what they were, of an insertion none
 */
export function changeMessage(operation: ChangeOperation, rows: readonly string[], olds: readonly string[]): FrameForMany {
  const now = operation === 'delete' ? '' : `,"rows":[${rows.join()}]`
  const before = operation === 'insert' ? '' : `,"old_values":[${olds.join()}]`
  return new FrameForMany('change', `"change_type":"${operation}"${now}${before}`)
}

export function errorMessage(id: string, code: LiveErrorCode, message: string): Frame {
  return Frame.of({ type: 'error', subscription_id: id, code, message })
}
