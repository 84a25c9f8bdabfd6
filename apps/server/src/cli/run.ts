/** From a command line to an exit code. */
import { suggestion } from '@logbrook/kafka/nearest'
import { UsageError } from '../usage-error.ts'
import { readArguments } from './arguments.ts'
import { COMMANDS, isWord, START } from './commands.ts'
import type { CommandEntry } from './commands.ts'
import { commandHelp, groupHelp, overview } from './help.ts'
import { printLine } from './shell.ts'
import type { Shell } from './shell.ts'

/** 0: done. 1: refused or failed. 2: not understood. The sentence that says why is on stderr, for a failure that was foreseen never a stack. */
export type ExitCode = 0 | 1 | 2

export async function run(args: readonly string[], shell: Shell): Promise<ExitCode> {
  try {
    await dispatch(args, shell)
    return 0
  } catch (error) {
    await printLine(shell.stderr, `logbrook: ${sentenceOf(error)}${isAnonymous(error, args, shell) ? LOGIN_HINT : ''}`)
    return error instanceof UsageError ? 2 : 1
  }
}

const LOGIN_HINT = '; say who you are with --user NAME, or LOGBROOK_USER=NAME:PASSWORD'

/** Whether a broker wants to know who asks, and nobody has said it. */
function isAnonymous(error: unknown, args: readonly string[], { env }: Shell): boolean {
  const wantsLogin = error instanceof Error && 'status' in error && error.status === 401
  return wantsLogin && env['LOGBROOK_USER'] === undefined && !args.some((arg) => arg.startsWith('--user'))
}

/** A programmer's mistake is the one thing that a stack says more of than a sentence. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isMistake = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError
  return isMistake ? (error.stack ?? error.message) : error.message
}

async function dispatch(args: readonly string[], shell: Shell): Promise<void> {
  const [first, second] = args
  if (first !== undefined && isHelp(first)) return await printLine(shell.stdout, overview())
  if (first === '--version' || first === '-V') return await printLine(shell.stdout, (await import('../version.ts')).versionLine())
  if (first === undefined || first.startsWith('-')) return await runCommand(START, args, shell)
  const entries = COMMANDS.filter(({ words }) => isWord(first, words[0]))
  const [only] = entries
  if (only === undefined) {
    const known = COMMANDS.map(({ words }) => words[0])
    throw new UsageError(`unknown command ${first}${suggestion(first, known) || '; logbrook --help names all'}`)
  }
  if (only.words.length === 1) return await runCommand(only, args.slice(1), shell)
  const [group] = only.words
  if (second !== undefined && isHelp(second)) return await printLine(shell.stdout, groupHelp(group, entries))
  const isAlone = second === undefined || second.startsWith('-')
  const entry = entries.find(({ words }) => words[1] === (isAlone ? 'list' : second))
  if (entry === undefined) {
    const known = entries.map(({ words }) => words[1] ?? '')
    throw new UsageError(`unknown command ${group} ${second}${suggestion(second ?? '', known, (word) => `${group} ${word}`)}`)
  }
  await runCommand(entry, args.slice(isAlone ? 1 : 2), shell)
}

async function runCommand(entry: CommandEntry, args: readonly string[], shell: Shell): Promise<void> {
  const { command } = await entry.load()
  if (asksForHelp(args)) return await printLine(shell.stdout, commandHelp(entry, command))
  try {
    await command.run({ shell, ...readArguments(command, args) } as Parameters<typeof command.run>[0])
  } catch (error) {
    if (error instanceof UsageError)
      throw new UsageError(`${error.message} (logbrook ${entry.words.join(' ')} --help says more)`, { cause: error })
    throw error
  }
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h' || word === 'help'
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end === -1 ? args.length : end).some((arg) => arg === '--help' || arg === '-h')
}
