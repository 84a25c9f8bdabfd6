import { readdir, readFile } from 'node:fs/promises'
import type { RealProcess } from '../real-process.ts'

/** The ids of the processes that a broker has started: its engines of SQL. Only Linux says them. */
export async function enginesOf({ pid }: Pick<RealProcess, 'pid'>): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`)
  const children = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8')))
  return children.flatMap((text) => text.split(' ').filter((child) => child.trim() !== '')).map(Number)
}
