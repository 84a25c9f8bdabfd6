/** Queries of our own API: a parameter that is not known is refused, as a field of a body is. */
import { KafkaError } from '@logbrook/kafka/errors'
import { suggestion } from '@logbrook/kafka/nearest'
import type { Bindings } from './context.ts'
import { queryOf } from './request.ts'

export type Query<Name extends string> = { readonly [N in Name]?: string }

/**
 * Each parameter at most once.
 *
 * @throws KafkaError INVALID_REQUEST naming the parameter, and for an unknown one the nearest known
 */
export function closedQuery<Name extends string>(env: Bindings, known: readonly Name[]): Query<Name> {
  const query: Partial<Record<Name, string>> = {}
  for (const [name, value] of queryEntries(env, known)) {
    if (query[name] !== undefined) throw new KafkaError('INVALID_REQUEST', `the query names ${name} more than once`)
    query[name] = value
  }
  return query
}

/** In the order of the request; each as often as it is there. @throws as above */
export function queryEntries<Name extends string>(env: Bindings, known: readonly Name[]): readonly (readonly [Name, string])[] {
  const entries = [...queryOf(env)]
  for (const [name] of entries) {
    if ((known as readonly string[]).includes(name)) continue
    const hint = known.length === 0 ? '; this path takes none' : suggestion(name, known)
    throw new KafkaError('INVALID_REQUEST', `unknown query parameter ${JSON.stringify(name)}${hint}`)
  }
  return entries as [Name, string][]
}

/** What `text` says in ASCII digits. @throws KafkaError INVALID_REQUEST naming what it is of */
export function wholeNumber(name: string, text: string): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (Number.isSafeInteger(number)) return number
  throw new KafkaError('INVALID_REQUEST', `${name} is ${JSON.stringify(text)}; it must be a whole number from 0`)
}
