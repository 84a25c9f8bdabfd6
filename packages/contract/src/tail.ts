/**
 * What travels along a tail (`text/event-stream`) beside the records.
 *
 * ```
 * id: 0:12,1:7                          the token before the first record: where a reader that saw none resumes
 *
 * id: 0:13,1:7                          the token after this record
 * data: {"partition":0,"offset":12,…}
 *
 * : ping                                a sign of life
 *
 * event: end                            the last event, when it is the broker that ends the tail
 * data: {"reason":"topic_deleted"}
 * ```
 */
import { z } from 'zod'
import { COMPONENTS } from './components.ts'
import { TailedRecord } from './record.ts'

const TAIL_END_REASONS = ['topic_deleted', 'denied', 'closing', 'storage_error'] as const
export type TailEndReason = (typeof TAIL_END_REASONS)[number]

export const TailEnd = z.object({ reason: z.enum(TAIL_END_REASONS) }).register(COMPONENTS, { id: 'TailEnd' })
export type TailEnd = z.infer<typeof TailEnd>

/** The `data` of an event: of one without a name, or of `end`. */
export const TailData = z.union([TailedRecord, TailEnd]).register(COMPONENTS, { id: 'TailData' })
export type TailData = z.infer<typeof TailData>
