/** What a command sees of the world around it. */
import type { Clock } from '@logbrook/kafka/clock'
import type { Readable, Writable } from 'node:stream'

export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Readable & { readonly isTTY?: boolean; readonly fd?: number; setRawMode?(on: boolean): unknown }
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
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
