/** The numbers of files, rising, no two the same for ever: the engine reserves them, some at a time, and what is left of them is never used. */
import { FILE_IDS_RESERVED } from '@logbrook/kafka/limits'

export interface FileNumbers {
  next(): Promise<number>
  /** Files of processes before this one have smaller ones. */
  firstOfProcess(): Promise<number>
}

interface Range {
  next: number
  readonly end: number
}

export function createFileNumbers(reserve: (count: number) => Promise<number>): FileNumbers {
  let range: Promise<Range> | undefined
  let first: number | undefined

  async function renewed(): Promise<Range> {
    try {
      const next = await reserve(FILE_IDS_RESERVED)
      first ??= next
      return { next, end: next + FILE_IDS_RESERVED }
    } catch (error) {
      range = undefined
      throw error
    }
  }

  return {
    async next() {
      for (;;) {
        const current = (range ??= renewed())
        const numbers = await current
        if (numbers.next < numbers.end) return numbers.next++
        if (range === current) range = undefined
      }
    },
    async firstOfProcess() {
      await (range ??= renewed())
      return first!
    },
  }
}
