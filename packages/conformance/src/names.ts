/**
 * Placeholders such as `$TOPIC` stand for names that no other case and no other run uses, so that a used server is as good as a
 * fresh one. All prefixes have one length, so that a case can count the characters of a name. A name is one of topics, of users, and of SQL.
 */
import { randomBytes } from 'node:crypto'

const PLACEHOLDER = /\$[A-Z]+/g
const RUN_LENGTH = 8
const CASE_LENGTH = 4

/** Characters of the name that stands for `placeholder`. */
export function nameLength(placeholder: `$${string}`): number {
  return 'c'.length + RUN_LENGTH + '_'.length + CASE_LENGTH + placeholder.length
}

export type Names = (text: string) => string

/** A function that fills the placeholders of one case after the other. */
export function createNamer(): () => Names {
  const run = randomBytes(RUN_LENGTH / 2).toString('hex')
  let cases = 0
  return () => {
    const prefix = `c${run}_${String(cases++).padStart(CASE_LENGTH, '0')}`
    return (text) => text.replaceAll(PLACEHOLDER, (placeholder) => `${prefix}_${placeholder.slice(1).toLowerCase()}`)
  }
}
