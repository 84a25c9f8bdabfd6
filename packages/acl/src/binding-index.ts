/**
 * Finds the bindings that speak about a resource and a principal without reading the others: 100,000 bindings are no scan.
 *
 * ```
 * TOPIC  literal   logs  → User:alice → [ALLOW READ, …]       one look-up by name, one by `*`
 *                  *     → User:*     → [DENY DELETE]
 *        prefixed  log   → …                                  one look-up for each length that a prefix has
 *                  lo    → …
 * ```
 *
 * - The most particular pattern comes first: the name itself, prefixes from the longest to the shortest, then `*`.
 * - Entries of one pattern and principal are in an order of their own, so that the order in which bindings were added shows
 *   in no answer.
 */
import { ANY_RESOURCE } from '@logbrook/kafka/acl'
import type { AclBinding, Resource, ResourceType } from '@logbrook/kafka/acl'
import type { Principal } from '@logbrook/kafka/principal'

/** All bindings of one resource pattern, by principal. Never empty. */
type PatternEntries = ReadonlyMap<Principal, readonly AclBinding[]>

export interface BindingIndex {
  /** The entries of every pattern that matches the resource. Lazy: whoever has an answer reads no further. */
  patternsMatching(resource: Resource): Iterable<PatternEntries>
}

type MutableEntries = Map<Principal, AclBinding[]>

interface TypeIndex {
  readonly literal: Map<string, MutableEntries>
  readonly prefixed: Map<string, MutableEntries>
  /** Longest first. */
  prefixLengths: readonly number[]
}

export function createBindingIndex(bindings: readonly AclBinding[]): BindingIndex {
  const types = new Map<ResourceType, TypeIndex>()
  for (const binding of bindings) insert(types, binding)
  for (const type of types.values()) finish(type)

  return {
    *patternsMatching({ type, name }) {
      const index = types.get(type)
      if (index === undefined) return
      const exact = index.literal.get(name)
      if (exact !== undefined) yield exact
      for (const length of index.prefixLengths) {
        if (length > name.length) continue
        const prefixed = index.prefixed.get(name.slice(0, length))
        if (prefixed !== undefined) yield prefixed
      }
      const any = index.literal.get(ANY_RESOURCE)
      if (any !== undefined) yield any
    },
  }
}

function insert(types: Map<ResourceType, TypeIndex>, binding: AclBinding): void {
  const type = valueOf(types, binding.resourceType, () => ({ literal: new Map(), prefixed: new Map(), prefixLengths: [] }))
  const patterns = binding.patternType === 'LITERAL' ? type.literal : type.prefixed
  const entries: MutableEntries = valueOf(patterns, binding.resourceName, () => new Map())
  valueOf(entries, binding.principal, () => []).push(binding)
}

function finish(type: TypeIndex): void {
  type.prefixLengths = [...new Set([...type.prefixed.keys()].map((prefix) => prefix.length))].toSorted((a, b) => b - a)
  for (const patterns of [type.literal, type.prefixed]) {
    for (const entries of patterns.values()) {
      for (const list of entries.values()) if (list.length > 1) list.sort(byEntry)
    }
  }
}

/** DENY first, then by operation and host: what is left to tell two bindings of one pattern and principal apart. */
function byEntry(a: AclBinding, b: AclBinding): number {
  return compare(b.permissionType, a.permissionType) || compare(a.operation, b.operation) || compare(a.host, b.host)
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function valueOf<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = create()
    map.set(key, value)
  }
  return value
}
