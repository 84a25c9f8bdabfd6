/**
 * Starts the program's threads, in each form that it has.
 *
 * - A thread's program is a file whose name ends in `-worker`. In the sources as in a bundle it lies beside the one that starts it (`from`), and
 *   is of the same kind: the build makes an entry of each (scripts/build/bundle.ts).
 * - A single executable has no files. It carries each program as an asset of the same name, one script that needs no other.
 */
import { extname } from 'node:path'
import { getAsset, isSea } from 'node:sea'
import { Worker } from 'node:worker_threads'
import type { WorkerOptions } from 'node:worker_threads'

/** `from` is the `import.meta.url` of the caller. */
export function startWorker(program: `${string}-worker`, from: string, options: Omit<WorkerOptions, 'eval'>): Worker {
  if (isSea()) return new Worker(getAsset(`${program}.js`, 'utf8'), { ...options, eval: true })
  return new Worker(new URL(`./${program}${extname(from)}`, from), options)
}
