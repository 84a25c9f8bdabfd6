/**
 * Keeps the database file mapped into memory as it grows.
 *
 * SQLite maps a file when it first reads of it, and anew only when it sees that another connection has written. The checkpoints of a broker that
 * began with an empty directory write what lies beyond that mapping: each page of it was a system call and a copy, 7 for one record.
 */
import { MMAP_BYTES } from './database.ts'
import type { Database } from './database.ts'

/** So much of a file may lie beyond the mapping: mapping it anew costs, and a file that doubles is mapped three times. */
const GROWTH_MAX = 1.25
const GROWTH_PAGES_MIN = 1_024

/** To be called when checkpoints may have made the file longer. */
export function createFileMapping(database: Database): () => void {
  const pageCount = database.prepare<[], number>('PRAGMA page_count').pluck()
  let mappedPages = 0
  let limitBytes = MMAP_BYTES

  function follow(): void {
    const pages = pageCount.get() ?? 0
    if (pages <= mappedPages * GROWTH_MAX + GROWTH_PAGES_MIN) return
    mappedPages = pages
    // Only another limit makes SQLite look at the file again: two take turns.
    limitBytes = limitBytes === MMAP_BYTES ? MMAP_BYTES - 2 ** 16 : MMAP_BYTES
    database.pragma(`mmap_size = ${limitBytes}`)
  }

  return () => {
    try {
      follow()
    } catch {
      // Reads are slower without, and no less right. What is wrong with the disk is for them to tell.
    }
  }
}
