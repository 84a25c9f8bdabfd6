/** Rows under a heading, in columns as wide as their widest cell; numbers stand under their last digits. */
import { printLine } from './shell.ts'
import type { Shell } from './shell.ts'
import { printable, styleFor } from './style.ts'

export async function printTable(stream: Shell['stdout'], heading: readonly string[], rows: readonly (readonly string[])[]): Promise<void> {
  const style = styleFor(stream)
  const shown = rows.map((cells) => cells.map(printable))
  const columns = heading.map((title, column) => {
    const cells = shown.map((row) => row[column] ?? '')
    const width = Math.max(title.length, ...cells.map((cell) => cell.length))
    // The first one is a name, even where it is a number.
    return { width, isNumeric: column > 0 && cells.length > 0 && cells.every((cell) => /^-?\d+$/.test(cell)) }
  })
  const lineOf = (cells: readonly string[]) =>
    columns
      .map(({ width, isNumeric }, column) => (isNumeric ? cells[column]!.padStart(width) : cells[column]!.padEnd(width)))
      .join('  ')
      .trimEnd()
  await printLine(stream, style('bold', lineOf(heading)))
  for (const cells of shown) await printLine(stream, lineOf(cells))
}
