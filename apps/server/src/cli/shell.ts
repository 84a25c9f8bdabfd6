/** What a command sees of the world around it. */
import type { Clock } from '@logbrook/kafka/clock'
import type { Readable, Writable } from 'node:stream'

export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(on: boolean): unknown }
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly stderr: Writable & { readonly isTTY?: boolean }
  readonly clock: Clock
}

/** Writes one line; resolves when the reader of the other end has taken enough for more to be written. */
export async function printLine(stream: Writable, line: string): Promise<void> {
  await print(stream, `${line}\n`)
}

export async function print(stream: Writable, chunk: string | Uint8Array): Promise<void> {
  if (stream.write(chunk)) return
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.once('drain', resolve).once('close', resolve)
  await promise
  stream.off('drain', resolve).off('close', resolve)
}

export async function printJson(stream: Writable, value: unknown): Promise<void> {
  await printLine(stream, JSON.stringify(value))
}

/** Rows under a heading, in columns as wide as their widest cell. */
export async function printTable(stream: Writable, heading: readonly string[], rows: readonly (readonly string[])[]): Promise<void> {
  const widths = heading.map((title, column) => Math.max(title.length, ...rows.map((cells) => cells[column]?.length ?? 0)))
  for (const cells of [heading, ...rows]) {
    await printLine(
      stream,
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  }
}
