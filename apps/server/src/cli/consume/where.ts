/**
 * Conditions on a field of a record's JSON value, as `--where` has them typed.
 *
 * ```
 * level=error        is that, as text or as a number       http.status>=500   numbers; other text by its letters
 * level!=debug       is not that, or is not there          error.stack        is there, and not null
 * message~timeout    holds that text                       !error             is not there, or null
 * path~/^\/api/i     matches that regular expression
 * ```
 *
 * - A path is dotted; a key that holds dots itself is found too, and a number is a place in an array.
 * - A list is what any of its items is: `tags=env:prod`. What is not JSON has no fields.
 */
import { UsageError } from '../../usage-error.ts'

export type Condition = (value: unknown) => boolean

const CONDITION = /^(?<path>[^=!~<>]+?)\s*(?<operator>!=|>=|<=|=|~|>|<)\s*(?<operand>.*)$/su
const EXISTENCE = /^(?<not>!?)\s*(?<path>[^=!~<>]+?)(?:\s+exists)?$/u

/** @throws UsageError */
export function parseCondition(text: string): Condition {
  const { path, operator, operand } = CONDITION.exec(text)?.groups ?? {}
  if (path !== undefined && operator !== undefined && operand !== undefined) {
    const { test, negated } = testOf(operator, operand)
    return (value) => fieldsAt(value, path.trim()).some(test) !== negated
  }
  const existence = EXISTENCE.exec(text.trim())?.groups
  if (existence?.['path'] === undefined) {
    throw new UsageError(
      `--where is ${JSON.stringify(text)}; it must be FIELD=VALUE, with =, !=, ~, >, >=, < or <=, or only FIELD or !FIELD`,
    )
  }
  const [field, negated] = [existence['path'], existence['not'] === '!']
  return (value) => fieldsAt(value, field).some((found) => found !== null) !== negated
}

type Test = (found: unknown) => boolean

function testOf(operator: string, operand: string): { readonly test: Test; readonly negated: boolean } {
  if (operator === '=' || operator === '!=') return { test: (found) => equals(found, operand), negated: operator === '!=' }
  if (operator === '~') return { test: containing(operand), negated: false }
  const holds = COMPARISONS[operator as keyof typeof COMPARISONS]
  return { test: (found) => isComparable(found) && holds(compare(found, operand)), negated: false }
}

const COMPARISONS = {
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
}

function equals(found: unknown, operand: string): boolean {
  return textOf(found) === operand || (typeof found === 'number' && isNumber(operand) && found === Number(operand))
}

/** @throws UsageError for what between slashes is no regular expression */
function containing(operand: string): Test {
  const { pattern, flags = '' } = /^\/(?<pattern>.+)\/(?<flags>[a-z]*)$/su.exec(operand)?.groups ?? {}
  if (pattern === undefined) return (found) => textOf(found).includes(operand)
  try {
    const expression = new RegExp(pattern, flags.replaceAll(/[gy]/g, ''))
    return (found) => expression.test(textOf(found))
  } catch (cause) {
    throw new UsageError(`--where holds ${operand}, which is no regular expression: ${(cause as Error).message}`, { cause })
  }
}

/** With a number, as numbers; else by letters, as dates of ISO 8601 are in order. `NaN`, which is no order, for what cannot be compared. */
function compare(found: string | number, operand: string): number {
  if (typeof found === 'number' || isNumber(operand)) return isNumber(String(found)) ? Number(found) - Number(operand) : Number.NaN
  return found < operand ? -1 : found > operand ? 1 : 0
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && !Number.isNaN(Number(text))
}

function isComparable(found: unknown): found is string | number {
  return typeof found === 'string' || typeof found === 'number'
}

function textOf(found: unknown): string {
  return typeof found === 'string' ? found : JSON.stringify(found)
}

/** What stands at a path: nothing, one thing, or the list there and each of its items. */
function fieldsAt(value: unknown, path: string): readonly unknown[] {
  const found = valuesAt(value, path)
  const items = found.filter((one) => Array.isArray(one)).flat()
  return [...found, ...items]
}

function valuesAt(value: unknown, path: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (Object.hasOwn(value, path)) return [(value as Record<string, unknown>)[path]]
  const found: unknown[] = []
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const key = path.slice(0, dot)
    if (Object.hasOwn(value, key)) found.push(...valuesAt((value as Record<string, unknown>)[key], path.slice(dot + 1)))
  }
  return found
}
