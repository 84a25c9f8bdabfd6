/** What statements answered, for eyes and for programs. */
import type { SqlResponse } from '@logbrook/contract/sql'
import { printJson, printLine } from '../shell.ts'
import type { Shell } from '../shell.ts'
import { printTable } from '../table.ts'

export const RESULT_FORMATS = ['table', 'json', 'ndjson', 'csv'] as const
export type ResultFormat = (typeof RESULT_FORMATS)[number]

type SqlResult = SqlResponse['results'][number]

export async function printResults(stream: Shell['stdout'], results: readonly SqlResult[], format: ResultFormat): Promise<void> {
  let before: SqlResult | undefined
  for (const result of results) {
    const isTable = result.schema !== undefined || before?.schema !== undefined
    if (format === 'table' && before !== undefined && isTable) await printLine(stream, '')
    await PRINTERS[format](stream, result)
    before = result
  }
}

const PRINTERS: Readonly<Record<ResultFormat, (stream: Shell['stdout'], result: SqlResult) => Promise<void>>> = {
  async table(stream, result) {
    if (result.schema === undefined) return await printLine(stream, saidOf(result))
    const rows = rowsOf(result).map((row) => row.map((cell) => (cell === null ? 'NULL' : textOf(cell))))
    await printTable(stream, namesOf(result), rows)
  },
  async json(stream, result) {
    await printJson(stream, result.schema === undefined ? { row_count: result.row_count, message: saidOf(result) } : objectsOf(result))
  },
  async ndjson(stream, result) {
    for (const row of objectsOf(result)) await printJson(stream, row)
  },
  async csv(stream, result) {
    if (result.schema === undefined) return
    await printLine(stream, csvLine(namesOf(result)))
    for (const row of rowsOf(result)) await printLine(stream, csvLine(row.map((cell) => (cell === null ? '' : textOf(cell)))))
  },
}

function saidOf({ message, row_count: count }: SqlResult): string {
  return message ?? `${count} row${count === 1 ? '' : 's'}`
}

function namesOf({ schema = [] }: SqlResult): readonly string[] {
  return schema.map(({ name }) => name)
}

function rowsOf({ rows = [] }: SqlResult): readonly (readonly unknown[])[] {
  return rows
}

function objectsOf(result: SqlResult): readonly object[] {
  const names = namesOf(result)
  return rowsOf(result).map((row) => Object.fromEntries(names.map((name, column) => [name, row[column]])))
}

function textOf(cell: unknown): string {
  return typeof cell === 'string' ? cell : JSON.stringify(cell)
}

/** RFC 4180, but for its line ends, which are those of everything else that is printed. */
function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')
}
