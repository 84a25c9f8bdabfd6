/** What the bench makes outside of itself, and takes away again, also when it is broken off. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs `work` when it is disposed of, or when the process exits before. */
export function onEnd(work: () => void): Disposable {
  process.on('exit', work)
  return {
    [Symbol.dispose]() {
      process.off('exit', work)
      work()
    },
  }
}

/** A directory for as long as it is used. */
export function scratchDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'logbrook-bench-'))
  return { path, ...onEnd(() => rmSync(path, { recursive: true, force: true })) }
}
