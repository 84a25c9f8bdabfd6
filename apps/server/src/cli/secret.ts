/** How a password comes in without being written on a command line, where the whole machine could read it. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { PASSWORD_BYTES_MAX } from '@logbrook/kafka/limits'
import { UsageError } from '../usage-error.ts'
import type { Shell } from './shell.ts'

const NEW_PASSWORD_VARIABLE = 'LOGBROOK_NEW_PASSWORD'

/** From `LOGBROOK_NEW_PASSWORD`, a hidden prompt on a terminal, or the first line of stdin. @throws UsageError when there is none */
export async function readNewPassword(shell: Shell, userName: string): Promise<string> {
  const { env, stdin } = shell
  const password = env[NEW_PASSWORD_VARIABLE] ?? (stdin.isTTY === true ? await prompt(shell, userName) : await firstLine(stdin))
  if (password !== '') return password
  throw new UsageError(`no password was given; type it at the prompt, pipe it into stdin, or set ${NEW_PASSWORD_VARIABLE}`)
}

/** Of someone who is there already: stdin may hold something else, so only a terminal is asked. @throws UsageError without one */
export async function readPassword(shell: Shell, userName: string): Promise<string> {
  if (shell.stdin.isTTY === true) return await prompt(shell, userName)
  throw new UsageError(`no password was given for ${userName}; set LOGBROOK_USER=${userName}:PASSWORD`)
}

async function prompt({ stdin, stderr }: Shell, userName: string): Promise<string> {
  // What is typed is echoed by readline, not by the terminal: into nothing. From before the prompt is seen, or quick fingers are too.
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: nothing, terminal: true })
  stderr.write(`Password for ${userName}: `)
  try {
    return await lines.question('')
  } finally {
    lines.close()
    stderr.write('\n')
  }
}

async function firstLine(stdin: Shell['stdin']): Promise<string> {
  let text = ''
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.includes('\n') || text.length > PASSWORD_BYTES_MAX) break
  }
  return text.split(/\r?\n/, 1)[0] ?? ''
}
