/** Compares a JSON value with a pattern of it: equal in every key and element, except where the pattern holds a rule. */

export type Pattern = null | boolean | number | string | RegExp | Rule | readonly Pattern[] | { readonly [key: string]: Pattern }

/** Stands in a pattern for values that cannot be written down. */
export class Rule {
  readonly what: string
  readonly holds: (value: unknown) => boolean

  constructor(what: string, holds: (value: unknown) => boolean) {
    this.what = what
    this.holds = holds
  }
}

export const ANY_TIMESTAMP = new Rule('epoch milliseconds', (value) => Number.isSafeInteger(value) && /^\d{13}$/.test(String(value)))
export const ANY_TEXT = new Rule('a text', (value) => typeof value === 'string' && value !== '')

/** What differs, a line each with the path of the value; empty when all is as the pattern says. */
export function mismatches(pattern: Pattern, value: unknown, path = '$'): readonly string[] {
  if (pattern instanceof Rule) return pattern.holds(value) ? [] : [differs(path, pattern.what, value)]
  if (pattern instanceof RegExp) return typeof value === 'string' && pattern.test(value) ? [] : [differs(path, String(pattern), value)]
  if (isList(pattern)) return listMismatches(pattern, value, path)
  if (typeof pattern === 'object' && pattern !== null) return objectMismatches(pattern, value, path)
  return Object.is(pattern, value) ? [] : [differs(path, JSON.stringify(pattern), value)]
}

function listMismatches(pattern: readonly Pattern[], value: unknown, path: string): readonly string[] {
  if (!Array.isArray(value)) return [differs(path, `a list of ${pattern.length}`, value)]
  const lines = pattern.slice(0, value.length).flatMap((item, i) => mismatches(item, value[i], `${path}[${i}]`))
  return value.length === pattern.length ? lines : [...lines, `${path}: ${value.length} elements instead of ${pattern.length}`]
}

function objectMismatches(pattern: { readonly [key: string]: Pattern }, value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [differs(path, 'an object', value)]
  const lines = Object.entries(pattern).flatMap(([key, item]) =>
    Object.hasOwn(value, key)
      ? mismatches(item, (value as Record<string, unknown>)[key], `${path}.${key}`)
      : [`${path}.${key}: is missing`],
  )
  const extra = Object.keys(value).filter((key) => !Object.hasOwn(pattern, key))
  return [...lines, ...extra.map((key) => `${path}.${key}: should not be there`)]
}

function isList(pattern: Pattern): pattern is readonly Pattern[] {
  return Array.isArray(pattern)
}

const SHOWN_LENGTH_MAX = 200

function differs(path: string, expected: string, value: unknown): string {
  const actual = value === undefined ? 'undefined' : JSON.stringify(value)
  return `${path}: ${actual.length > SHOWN_LENGTH_MAX ? `${actual.slice(0, SHOWN_LENGTH_MAX)}…` : actual} instead of ${expected}`
}
