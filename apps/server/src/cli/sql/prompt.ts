/**
 * Statements from a person at a terminal.
 *
 * - A statement is sent when it ends with a semicolon outside of quotes and comments; until then its lines are gathered.
 * - A refusal is told, and the next statement asked for. Ctrl-C forgets what is not sent yet, and ends where there is nothing.
 * - What was typed is remembered while it is open, and written nowhere: it may hold passwords.
 */
import { createInterface } from 'node:readline/promises'
import type { Client } from '@logbrook/client/client'
import { LogbrookError } from '@logbrook/client/error'
import type { SqlResponse } from '@logbrook/contract/sql'
import { isSymbol, tokens } from '@logbrook/sql/language/tokens'
import { printLine } from '../shell.ts'
import type { Shell } from '../shell.ts'
import { styleFor } from '../style.ts'
import { printResults } from './print-results.ts'
import type { ResultFormat } from './print-results.ts'

export interface Session {
  readonly client: Client
  readonly format: ResultFormat
  readonly namespace: string | undefined
}

const PROMPT = 'logbrook> '
const PROMPT_OF_MORE = '       -> '
const HELP = 'A statement ends with ;   \\d lists tables   \\d NAME describes one   \\q ends'
const TABLE_COLUMNS = ['namespace_id', 'table_name', 'table_type']
const DESCRIBED_COLUMNS = ['column_name', 'data_type', 'is_nullable', 'is_primary_key', 'column_default']

/** A statement, and which of its columns are shown; all by default. */
interface Question {
  readonly sql: string
  readonly columns?: readonly string[]
}

/** Resolves when the person is done. */
export async function promptForStatements(shell: Shell, { client, format, namespace: first }: Session): Promise<void> {
  const lines = createInterface({ input: shell.stdin, output: shell.stdout, terminal: true })
  // From now on, or what quick fingers type before the prompt is lost.
  const typed = lines[Symbol.asyncIterator]()
  let namespace = first
  let gathered = ''

  const askForMore = () => {
    lines.setPrompt(gathered === '' ? PROMPT : PROMPT_OF_MORE)
    lines.prompt()
  }
  const forget = () => {
    if (gathered === '' && lines.line === '') return lines.close()
    gathered = ''
    lines.write(null, { ctrl: true, name: 'u' })
    shell.stdout.write('\n')
    askForMore()
  }

  async function answer({ sql, columns }: Question): Promise<void> {
    try {
      const { results, took } = await client.sql(sql, { namespace })
      namespace = results.reduce((current, { message }) => switchedTo(message) ?? current, namespace)
      await printResults(shell.stdout, columns === undefined ? results : results.map((result) => withColumns(result, columns)), format)
      await printLine(shell.stdout, styleFor(shell.stdout)('dim', `${countOf(results)}${took} ms`))
    } catch (error) {
      if (!(error instanceof LogbrookError)) throw error
      await printLine(shell.stderr, error.message)
    }
  }

  lines.on('SIGINT', forget)
  await printLine(shell.stdout, HELP)
  askForMore()
  for await (const line of typed) {
    const said = line.trim()
    if (gathered === '' && said.startsWith('\\')) {
      if (said === '\\q') break
      const question = questionOf(said)
      if (question === undefined) await printLine(shell.stdout, HELP)
      else await answer(question)
    } else {
      gathered = gathered === '' ? said : `${gathered}\n${line}`
      if (isWhole(gathered)) {
        const sql = gathered
        gathered = ''
        if (hasWords(sql)) await answer({ sql })
      }
    }
    askForMore()
  }
  lines.close()
}

/** `\d`, `\d NAME` */
function questionOf(said: string): Question | undefined {
  const [command, name, ...others] = said.split(/\s+/)
  if (command !== '\\d' || others.length > 0) return undefined
  return name === undefined ? { sql: 'SHOW TABLES', columns: TABLE_COLUMNS } : { sql: `DESCRIBE TABLE ${name}`, columns: DESCRIBED_COLUMNS }
}

/** Also of a text without words: there is nothing to wait for. */
function isWhole(text: string): boolean {
  const words = wordsOf(text)
  return words !== undefined && (words.length === 0 || isSymbol(words.at(-1), ';'))
}

function hasWords(text: string): boolean {
  return wordsOf(text)?.some((token) => !isSymbol(token, ';')) === true
}

/** `undefined` inside of a quote or a comment. */
function wordsOf(text: string): ReturnType<typeof tokens> | undefined {
  try {
    return tokens(text)
  } catch {
    return undefined
  }
}

/** A request ends what USE began; a person goes on. */
function switchedTo(message: string | undefined): string | undefined {
  return /^Namespace switched to '(.+)'$/.exec(message ?? '')?.[1]
}

function withColumns<R extends SqlResponse['results'][number]>(result: R, names: readonly string[]): R {
  const kept = names.map((name) => (result.schema ?? []).findIndex((column) => column.name === name)).filter((index) => index !== -1)
  return {
    ...result,
    schema: kept.map((index) => result.schema![index]!),
    rows: (result.rows ?? []).map((row) => kept.map((index) => row[index])),
  }
}

function countOf(results: SqlResponse['results']): string {
  const only = results.length === 1 ? results[0] : undefined
  return only?.schema === undefined ? '' : `${only.row_count} row${only.row_count === 1 ? '' : 's'}, `
}
