/** The program beside this, which is made of KalamDB's own client, and what it says that it sees. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { skipWithout, toolPath } from '../operations/tools.ts'
import { run } from '../package/user-project.ts'

const PROJECT = join(import.meta.dirname, 'kalam-client')
/** Outlives the test: to build what the program is made of takes a minute, to see that nothing changed a moment. */
const BUILT = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'logbrook', 'kalam-client')

export interface Witness {
  readonly url: string
  /** What is to happen when it has seen what that is named after; it goes on when it has happened. */
  readonly during: Readonly<Record<string, () => Promise<void>>>
}

export interface KalamClient {
  /** Everything that it saw of one subject, by name. @throws AssertionError when it fails */
  witness(subject: string, witness: Witness): Promise<Record<string, unknown>>
}

export function skipWithoutKalamClient(): string | false {
  return skipWithout('cargo', 'cc')
}

export async function buildKalamClient(): Promise<KalamClient> {
  await run(toolPath('cargo'), ['build', '--locked', '--target-dir', BUILT], PROJECT)
  const program = join(BUILT, 'debug', 'kalam-client-proof')
  return {
    async witness(subject, { url, during }) {
      const child = spawn(program, [subject, url], { stdio: ['pipe', 'pipe', 'inherit'] })
      const endWithUs = () => child.kill('SIGKILL')
      process.once('exit', endWithUs)
      const closed = once(child, 'close').finally(() => process.off('exit', endWithUs))
      child.stdin.on('error', () => {}) // It may have ended.
      const seen: Record<string, unknown> = {}
      for await (const line of createInterface(child.stdout)) {
        const { saw, value } = JSON.parse(line) as { readonly saw: string; readonly value: unknown }
        seen[saw] = value
        const step = during[saw]
        if (step === undefined) continue
        await Promise.race([step(), closed])
        child.stdin.write('\n')
      }
      assert.deepEqual(await closed, [0, null], subject)
      return seen
    },
  }
}
