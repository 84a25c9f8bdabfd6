/** ACL bindings as `kafka-acls` has them typed: each option may be repeated, and all combinations are meant. */
import type { AclBindingBody, AclFilter } from '@logbrook/contract/acls'
import { CLUSTER_NAME, OPERATIONS, PATTERN_TYPES } from '@logbrook/kafka/acl'
import { oneOf } from '../arguments.ts'
import type { Option, Values } from '../command.ts'
import { printJson } from '../shell.ts'
import type { Shell } from '../shell.ts'
import { printTable } from '../table.ts'

export const RESOURCE_OPTIONS = {
  topic: { type: 'string', multiple: true, placeholder: 'NAME', meaning: 'Topic; * is every topic.' },
  group: { type: 'string', multiple: true, placeholder: 'NAME', meaning: 'Consumer group; * is every group.' },
  cluster: { type: 'boolean', meaning: 'The cluster.' },
  'resource-pattern-type': {
    type: 'string',
    placeholder: 'literal|prefixed',
    meaning: 'Whether names are meant as they are, or as the beginning of names.',
  },
} as const satisfies Record<string, Option>

export const BINDING_OPTIONS = {
  'allow-principal': { type: 'string', multiple: true, placeholder: 'User:NAME', meaning: 'Who may; User:* is everyone.' },
  'deny-principal': { type: 'string', multiple: true, placeholder: 'User:NAME', meaning: 'Who may not, whatever else allows it.' },
  'allow-host': { type: 'string', multiple: true, placeholder: 'HOST', meaning: 'Address that --allow-principal may from. Default: all.' },
  'deny-host': {
    type: 'string',
    multiple: true,
    placeholder: 'HOST',
    meaning: 'Address that --deny-principal may not from. Default: all.',
  },
  operation: { type: 'string', multiple: true, placeholder: 'OPERATION', meaning: 'read, write, create, delete, alter, describe, all, …' },
  ...RESOURCE_OPTIONS,
} as const satisfies Record<string, Option>

/** Every combination of what was said; a field that was not said is not there. @throws UsageError for an unknown word */
export function combinations(values: Values<typeof BINDING_OPTIONS>): readonly AclFilter[] {
  const patternType = values['resource-pattern-type']
  const patterns = patternType === undefined ? [] : [{ pattern_type: oneOf('--resource-pattern-type', patternType, PATTERN_TYPES) }]
  return product(principals(values), operations(values), resources(values), patterns)
}

function principals(values: Values<typeof BINDING_OPTIONS>): readonly AclFilter[] {
  const sides = [
    ['ALLOW', values['allow-principal'], values['allow-host']],
    ['DENY', values['deny-principal'], values['deny-host']],
  ] as const
  return sides.flatMap(([permission, names = [], hosts = []]) => {
    if (names.length === 0 && hosts.length === 0) return []
    const who = names.map((principal) => ({ principal }))
    const from = hosts.map((host) => ({ host }))
    return product([{ permission_type: permission }], who, from)
  })
}

function operations(values: Values<typeof BINDING_OPTIONS>): readonly AclFilter[] {
  return (values.operation ?? []).map((operation) => ({ operation: oneOf('--operation', operation, OPERATIONS) }))
}

export function resources({ topic = [], group = [], cluster = false }: Values<typeof RESOURCE_OPTIONS>): readonly AclFilter[] {
  return [
    ...topic.map((name) => ({ resource_type: 'TOPIC', resource_name: name }) as const),
    ...group.map((name) => ({ resource_type: 'GROUP', resource_name: name }) as const),
    ...(cluster ? [{ resource_type: 'CLUSTER', resource_name: CLUSTER_NAME } as const] : []),
  ]
}

/** Every choice of one from each list, merged; an empty list leaves nothing to choose and adds nothing. */
function product(...lists: readonly (readonly AclFilter[])[]): readonly AclFilter[] {
  return lists.reduce(
    (some, list) => (list.length === 0 ? some : some.flatMap((left) => list.map((right) => ({ ...left, ...right })))),
    [{}],
  )
}

export async function printBindings({ stdout }: Shell, bindings: readonly AclBindingBody[], json: boolean): Promise<void> {
  if (json) for (const binding of bindings) await printJson(stdout, binding)
  else {
    const rows = bindings.map((binding) => [
      binding.principal,
      binding.permission_type,
      binding.operation,
      `${binding.resource_type} ${binding.resource_name}`,
      binding.pattern_type,
      binding.host,
    ])
    await printTable(stdout, ['PRINCIPAL', 'PERMISSION', 'OPERATION', 'RESOURCE', 'PATTERN', 'HOST'], rows)
  }
}
