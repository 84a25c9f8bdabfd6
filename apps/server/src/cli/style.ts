/** Colours, where they can be seen: Node decides by the terminal, `NO_COLOR`, `FORCE_COLOR` and `TERM`. */
import { styleText } from 'node:util'
import type { Shell } from './shell.ts'

type Format = Parameters<typeof styleText>[0]

export type Style = (format: Format, text: string) => string

export function styleFor(stream: Shell['stdout']): Style {
  // Asked once: for each piece of text it would cost more than the text.
  const hasColours = styleText('bold', '.', { stream }) !== '.'
  return hasColours ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text
}

/** Of a terminal that does not say how wide it is. */
const COLUMNS_DEFAULT = 80

/** Characters of a line. A terminal that is nobody's window says 0. */
export function columnsOf({ columns }: Shell['stdout']): number {
  return columns === undefined || columns === 0 ? COLUMNS_DEFAULT : columns
}

/** Controls of the terminal, and what turns the direction of writing: nothing that was logged may move the cursor. */
// oxlint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** `text` with every such character written as JSON would. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
