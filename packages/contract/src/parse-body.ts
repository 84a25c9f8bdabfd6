import { KafkaError } from '@logbrook/kafka/errors'
import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/** Where a body has more wrong than this, a person has read enough. */
const PROBLEMS_SHOWN_MAX = 3

/**
 * `value` as the schema has it.
 *
 * @throws KafkaError INVALID_REQUEST naming the path of each field that is wrong, as `records[3].key`
 */
export function parseBody<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue))
  const shown = problems.slice(0, PROBLEMS_SHOWN_MAX).map(describeProblem)
  if (problems.length > shown.length) shown.push(`and ${problems.length - shown.length} more`)
  throw new KafkaError('INVALID_REQUEST', shown.join('; '))
}

interface Problem {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** Of what may be one thing or another, and has no sentence of its own: what is wrong with the one that it is, else what it may be. */
function problemsOf(issue: Issue, at: readonly PropertyKey[] = []): readonly Problem[] {
  const path = [...at, ...issue.path]
  if (issue.code !== 'invalid_union' || issue.message !== 'Invalid input') return [{ path, message: issue.message }]
  const meant = issue.errors.find((branch) => !branch.some(isOtherType))
  if (meant !== undefined) return meant.flatMap((inner) => problemsOf(inner, path))
  const types = issue.errors.flat().flatMap((inner) => (inner.code === 'invalid_type' ? [inner.expected] : []))
  const received = /, received .*/.exec(issue.errors[0]?.[0]?.message ?? '')?.[0] ?? ''
  return [{ path, message: `expected ${[...new Set(types)].join(' or ')}${received}` }]
}

function isOtherType({ code, path }: Issue): boolean {
  return code === 'invalid_type' && path.length === 0
}

function describeProblem({ path, message }: Problem): string {
  // A record is what a topic holds.
  const problem = message
    .replace(/^Invalid input: /, '')
    .replace(/^expected (.* )?record\b/, (_, before = '') => `expected ${before}object`)
  return path.length === 0 ? problem : `${pathOf(path)}: ${problem}`
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`)).join('')
}
