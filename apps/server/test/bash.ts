import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface ShellEnding {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script with bash, as a user would paste it. `variables` are the script's to use. */
export async function bash(script: string, variables: Readonly<Record<string, string>> = {}): Promise<ShellEnding> {
  const child = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...variables } })
  const code = new Promise<number | null>((resolve, reject) => void child.once('error', reject).once('close', resolve))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, stdout, stderr }
}
