/**
 * JSON for a person's eyes: indented and coloured, what is short on one line.
 *
 * - It is laid out from the text and not from what the text means: numbers keep their spelling, keys their order, twins their twins.
 */
import { printable } from '../style.ts'
import type { Style } from '../style.ts'

/** Deeper, nobody reads it. */
const DEPTH_MAX = 100
const INDENT = '  '

/** Text without line breaks; its width is counted without its colours. */
interface Piece {
  readonly text: string
  readonly width: number
}

/** What a value is made of. */
type Layout =
  | { readonly kind: 'scalar'; readonly piece: Piece }
  | { readonly kind: 'list'; readonly open: string; readonly close: string; readonly items: readonly Item[]; readonly width: number }

interface Item {
  readonly key: Piece | null
  readonly value: Layout
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g

/** `undefined` for what is no JSON, or too deep. */
export function layOut(text: string, style: Style, columns: number): string | undefined {
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  const tokens = text.match(TOKEN) ?? []
  let next = 0

  function value(depth: number, name: string): Layout | undefined {
    const token = tokens[next++]!
    if (token !== '{' && token !== '[') return { kind: 'scalar', piece: scalar(token, name, style) }
    if (depth === DEPTH_MAX) return undefined
    const close = token === '{' ? '}' : ']'
    const items: Item[] = []
    while (tokens[next] !== close) {
      const key = token === '{' ? tokens[next++]! : null
      if (key !== null) next++
      const item = value(depth + 1, key ?? '')
      if (item === undefined) return undefined
      items.push({ key: key === null ? null : keyPiece(key, style), value: item })
      if (tokens[next] === ',') next++
    }
    next++
    return { kind: 'list', open: token, close, items, width: widthOnOneLine(items) }
  }

  const layout = value(0, '')
  return layout === undefined ? undefined : render(layout, { columns, indent: '', used: 0 })
}

function keyPiece(token: string, style: Style): Piece {
  const shown = printable(token)
  return { text: `${style('cyan', shown)}: `, width: shown.length + 2 }
}

/** The two letters that each item ends with are, of the last one, the spaces inside the braces. */
function widthOnOneLine(items: readonly Item[]): number {
  return items.reduce((width, { key, value }) => width + (key?.width ?? 0) + widthOf(value) + 2, 2)
}

function widthOf(layout: Layout): number {
  return layout.kind === 'scalar' ? layout.piece.width : layout.width
}

interface Place {
  readonly columns: number
  readonly indent: string
  /** Of the line that it begins on. */
  readonly used: number
}

function render(layout: Layout, { columns, indent, used }: Place): string {
  if (layout.kind === 'scalar') return layout.piece.text
  const { open, close, items, width } = layout
  if (items.length === 0) return `${open}${close}`
  if (used + width <= columns) return onOneLine(layout)
  const deeper = `${indent}${INDENT}`
  const lines = items.map(({ key, value }) => {
    // A comma follows.
    const place = { columns, indent: deeper, used: deeper.length + (key?.width ?? 0) + 1 }
    return `${deeper}${key?.text ?? ''}${render(value, place)}`
  })
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`
}

function onOneLine(layout: Layout): string {
  if (layout.kind === 'scalar') return layout.piece.text
  const { open, close, items } = layout
  if (items.length === 0) return `${open}${close}`
  const inside = items.map(({ key, value }) => `${key?.text ?? ''}${onOneLine(value)}`).join(', ')
  return open === '{' ? `{ ${inside} }` : `[${inside}]`
}

const LEVEL_KEYS = new Set(['"level"', '"status"', '"severity"'])

function scalar(token: string, key: string, style: Style): Piece {
  const shown = printable(token)
  return { text: style(colourOf(token, key), shown), width: shown.length }
}

function colourOf(token: string, key: string): Parameters<Style>[0] {
  if (!token.startsWith('"')) return /^[tfn]/.test(token) ? 'magenta' : 'yellow'
  if (!LEVEL_KEYS.has(key)) return 'green'
  if (/^"(?:err|crit|fatal|emerg|alert)/i.test(token)) return ['bold', 'red']
  return /^"warn/i.test(token) ? ['bold', 'yellow'] : 'green'
}
