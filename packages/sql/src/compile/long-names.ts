/**
 * Names of 64 characters, which is one more than PostgreSQL's parser keeps: it cuts them, and here they are made whole again.
 */
import { invalid } from './tree.ts'

const KEPT_CHARS = 63
const LONG_NAME = /[a-z_][a-z0-9_$]{63,}/giu

/** In the tree itself; strings that are values stay. @throws SqlError where two names are the same when cut */
export function restoreLongNames(tree: unknown, text: string): void {
  const whole = new Map<string, string>()
  for (const [match] of text.matchAll(LONG_NAME)) {
    const name = match.toLowerCase()
    const cut = name.slice(0, KEPT_CHARS)
    if ((whole.get(cut) ?? name) !== name) throw invalid(`two names begin with '${cut}'`)
    whole.set(cut, name)
  }
  if (whole.size > 0) restore(tree, whole)
}

function restore(node: unknown, whole: ReadonlyMap<string, string>): void {
  if (typeof node !== 'object' || node === null) return
  const members = node as Record<string, unknown>
  for (const [member, value] of Object.entries(members)) {
    const name = typeof value === 'string' && value.length === KEPT_CHARS ? whole.get(value.toLowerCase()) : undefined
    if (name !== undefined) members[member] = name
    else if (member !== 'A_Const') restore(value, whole)
  }
}
