/** `logbrook …` as a person runs it: at a terminal, which `script` of util-linux makes, with a keyboard to type on. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { skipWithout } from './operations/tools.ts'
import { MAIN } from './real-process.ts'

export interface Terminal extends AsyncDisposable {
  type(keys: string): void
  /** What has been shown, once the pattern is on it. @throws AssertionError when the command ends without that */
  shows(pattern: RegExp): Promise<string>
  readonly ending: Promise<{ readonly code: number | null; readonly shown: string }>
}

export interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly columns?: number
  /** What the shell is told behind the command, as `< file`. */
  readonly redirection?: string
}

/** As node:test wants it: why no terminal can be made here, where none can. */
export const NO_TERMINAL = process.platform === 'linux' ? skipWithout('script') : 'script of util-linux: not on this system'

export const CTRL_C = '\u0003'

export function atTerminal(args: readonly string[], { env = {}, cwd, columns = 100, redirection = '' }: TerminalOptions = {}): Terminal {
  const command = [process.execPath, MAIN, ...args].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
  const child = spawn('script', ['-qec', `stty cols ${columns}; exec ${command} ${redirection}`, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  const watchers = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text.replaceAll('\r\n', '\n')
    for (const watch of watchers) watch()
  })
  child.stdin.on('error', () => {})
  const ending = once(child, 'close').then(([code]) => ({ code: code as number | null, shown }))
  return {
    type: (keys) => void child.stdin.write(keys),
    ending,
    async shows(pattern) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const watch = () => void (pattern.test(shown) && resolve())
      watchers.add(watch)
      watch()
      await Promise.race([promise, ending])
      watchers.delete(watch)
      assert.match(shown, pattern)
      return shown
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ending
    },
  }
}

const ESCAPE = '\u001b'

/** With `^[` for the character that colours begin with. */
export function visible(text: string): string {
  return text.replaceAll(ESCAPE, '^[')
}

export function withoutColours(text: string): string {
  return visible(text).replaceAll(/\^\[\[[\d;]*m/g, '')
}
