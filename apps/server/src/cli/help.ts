/** Help, written from what the commands say of themselves. */
import type { Command, Options } from './command.ts'
import { COMMANDS } from './commands.ts'
import type { CommandEntry } from './commands.ts'

const OVERVIEW_EXAMPLES = ['--memory', 'topics create logs -p 4', `produce logs '{"message":"hello"}'`, 'tail logs --from 10m'] as const

/** `logbrook --help`. */
export function overview(): string {
  return [
    'Logbrook: a log broker with an HTTP front door.',
    '',
    'Usage: logbrook [COMMAND] [OPTION]...',
    '',
    'Without a command: start.',
    '',
    ...columns(COMMANDS.map(({ words, summary }) => [words.join(' '), summary])),
    '',
    'Examples:',
    ...OVERVIEW_EXAMPLES.map(exampleLine),
    '',
    'logbrook COMMAND --help says more of each. --version prints the version.',
  ].join('\n')
}

/** `logbrook topics --help`. */
export function groupHelp(group: string, entries: readonly CommandEntry[]): string {
  return [
    `Usage: logbrook ${group} [COMMAND] [OPTION]...`,
    '',
    'Without a command: list.',
    '',
    ...columns(entries.map(({ words, summary }) => [words.join(' '), summary])),
  ].join('\n')
}

/** `logbrook topics create --help`. */
export function commandHelp({ words, summary }: CommandEntry, command: Command): string {
  const { positionals, options, details, examples } = command
  return [
    summary,
    '',
    `Usage: logbrook ${[...words, positionals].join(' ').trim()} [OPTION]...`,
    '',
    ...columns([...optionRows(options), ['-h, --help', 'Print this.']]),
    ...(details === undefined ? [] : ['', details]),
    '',
    'Examples:',
    ...examples.map(exampleLine),
  ].join('\n')
}

function exampleLine(example: string): string {
  return `  logbrook ${example}`
}

function optionRows(options: Options): (readonly [string, string])[] {
  return Object.entries(options).map(([name, { short, placeholder, meaning }]) => [
    `${short === undefined ? '    ' : `-${short}, `}--${name}${placeholder === undefined ? '' : ` ${placeholder}`}`,
    meaning,
  ])
}

/** Widest left column that the right one still stands beside; a wider entry gets a line of its own. */
const LEFT_WIDTH_MAX = 34

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length).filter((length) => length <= LEFT_WIDTH_MAX))
  return rows.flatMap(([left, right]) =>
    left.length > width ? [`  ${left}`, `  ${' '.repeat(width)}  ${right}`] : [`  ${left.padEnd(width)}  ${right}`],
  )
}
