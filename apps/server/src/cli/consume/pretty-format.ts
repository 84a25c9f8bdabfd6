/** A record as a person at a terminal reads it: where and when it is in dim letters, its JSON laid out and coloured below. */
import type { TailedRecord } from '@logbrook/contract/record'
import { printable } from '../style.ts'
import type { Style } from '../style.ts'
import { bytesOf } from './format.ts'
import type { Format } from './format.ts'
import { layOut } from './json-layout.ts'

export interface PrettyOptions {
  readonly style: Style
  /** Of the terminal, asked for every record: windows change their size. */
  readonly columns: () => number
}

export function prettyFormat({ style, columns }: PrettyOptions): Format {
  return (_topic, record) => {
    const value = bytesOf(record.value)?.toString() ?? null
    const body = value === null ? style('dim', 'no value') : (layOut(value, style, columns()) ?? plain(value))
    return Buffer.from(`${style('dim', placeOf(record))}\n${body}\n`)
  }
}

function placeOf({ timestamp, partition, offset, key, headers }: TailedRecord): string {
  return [
    timeOf(timestamp),
    `partition ${partition}`,
    `offset ${offset}`,
    ...(key === null ? [] : [`key ${textOf(key)}`]),
    ...headers.map((header) => `${printable(header.key)}=${textOf(header.value)}`),
  ].join('  ')
}

/** A record may carry a time that no calendar has. */
function timeOf(timestamp: number): string {
  const date = new Date(timestamp)
  return Number.isNaN(date.getTime()) ? String(timestamp) : date.toISOString()
}

function textOf(base64: string | null): string {
  return printable(bytesOf(base64)?.toString() ?? '')
}

/** Line breaks and tabs move the cursor to no harm. */
function plain(value: string): string {
  return value
    .split(/(?<breaks>[\n\t]+)/u)
    .map((part, i) => (i % 2 === 0 ? printable(part) : part))
    .join('')
}
