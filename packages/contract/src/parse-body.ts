import { KafkaError } from '@logbrook/kafka/errors'
import type { z } from 'zod'

/** Where a body has more wrong than this, a person has read enough. */
const ISSUES_SHOWN_MAX = 3

/**
 * `value` as the schema has it.
 *
 * @throws KafkaError INVALID_REQUEST naming the path of each field that is wrong, as `records[3].key`
 */
export function parseBody<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const { issues } = result.error
  const shown = issues.slice(0, ISSUES_SHOWN_MAX).map(describeIssue)
  if (issues.length > shown.length) shown.push(`and ${issues.length - shown.length} more`)
  throw new KafkaError('INVALID_REQUEST', shown.join('; '))
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = pathOf(issue.path)
  const problem = issue.message.replace(/^Invalid input: /, '')
  return path === '' ? problem : `${path}: ${problem}`
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`)).join('')
}
