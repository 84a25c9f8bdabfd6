import { createProgress } from '../progress.ts'
import type { Shell } from '../shell.ts'

/** Told of records as they go through. */
export type OnRecords = (records: number, bytes: number) => Promise<void>

export interface Work {
  /** As in "exporting". */
  readonly label: string
  readonly totalRecords: number
}

/** Does work whose end a person waits for: shows at a terminal how far it is, and nothing anywhere else. */
export async function withProgress<T>({ stderr, clock }: Shell, work: Work, doIt: (onRecords: OnRecords) => Promise<T>): Promise<T> {
  if (stderr.isTTY !== true) return await doIt(async () => {})
  const progress = createProgress({ stream: stderr, clock, ...work })
  try {
    return await doIt((records, bytes) => progress.add({ records, bytes }))
  } finally {
    await progress.end()
  }
}
