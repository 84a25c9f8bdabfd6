/** Where a request goes, by a cheap look: it need not be right, for a reader that finds something to write says so. */
import type { EngineRequest } from '../protocol.ts'

const READING: ReadonlySet<string> = new Set(['select', 'with', 'show', 'describe', 'desc', 'explain'])
const COMMENTS_BEFORE = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/
const FIRST_WORD = /^[a-z]+/i

export function onlyReads(request: EngineRequest): boolean {
  if (request.kind === 'execute') return saysOnlyReads(request.sql)
  return (
    request.kind === 'describe-live' || request.kind === 'read-live' || request.kind === 'find-file' || request.kind === 'match-records'
  )
}

/** A semicolon inside a string ends a statement here; what follows it is taken for something to write, or rightly for a query. */
function saysOnlyReads(sql: string): boolean {
  const words = sql
    .split(';')
    .map((text) => text.replace(COMMENTS_BEFORE, ''))
    .filter((text) => text !== '')
    .map((text) => FIRST_WORD.exec(text)?.[0].toLowerCase() ?? '')
  return words.every((word) => READING.has(word))
}
