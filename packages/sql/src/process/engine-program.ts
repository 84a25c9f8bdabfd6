/** How an engine is started, in each form that the program has. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import process from 'node:process'
import { isSea } from 'node:sea'
import { fileURLToPath } from 'node:url'
import { ENGINE_ARGUMENT } from './engine-argument.ts'

export function spawnEngine(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [...program(), ...args], {
    // Its third is the lifeline.
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: environment(),
    windowsHide: true,
  })
}

/** In the sources as in a bundle the engine's file lies beside this one, and is of the same kind. A single executable has no files. */
function program(): readonly string[] {
  if (isSea()) return [ENGINE_ARGUMENT]
  return [fileURLToPath(new URL(`./sql-engine${extname(import.meta.url)}`, import.meta.url))]
}

/** What a stranger's process wants of its Nodes (loaders, inspectors, coverage) is not wanted here. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_'))
  // SQLite, as Node has it, announces itself as new.
  return { ...Object.fromEntries(own), NODE_NO_WARNINGS: '1' }
}
