import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OPERATIONS, RESOURCE_TYPES } from '@logbrook/kafka/acl'
import type { Operation, ResourceType } from '@logbrook/kafka/acl'
import { KafkaError } from '@logbrook/kafka/errors'
import { GROUP_ID_LENGTH_MAX, HOST_LENGTH_MAX, TOPIC_NAME_LENGTH_MAX, USER_NAME_LENGTH_MAX } from '@logbrook/kafka/limits'
import { formatAclBinding, parseAclBinding, parseAclBindingFilter } from '../src/binding.ts'

const READ_LOGS = { principal: 'User:alice', operation: 'READ', resource_type: 'TOPIC', resource_name: 'logs' }

function refusalOf(parse: () => unknown): string {
  try {
    parse()
  } catch (error) {
    assert.ok(error instanceof KafkaError)
    assert.equal(error.error, 'INVALID_REQUEST')
    return error.message
  }
  throw new Error('it was not refused')
}

test('what is left out has a default', () => {
  assert.deepEqual(parseAclBinding(READ_LOGS), {
    resourceType: 'TOPIC',
    resourceName: 'logs',
    patternType: 'LITERAL',
    principal: 'User:alice',
    host: '*',
    operation: 'READ',
    permissionType: 'ALLOW',
  })
  const cluster = parseAclBinding({ principal: 'User:*', operation: 'CREATE', resource_type: 'CLUSTER' })
  assert.equal(cluster.resourceName, 'kafka-cluster')
})

test('a binding that was written is read back the same', () => {
  const json = {
    principal: 'User:*',
    host: '2001:db8::1',
    operation: 'DESCRIBE_CONFIGS',
    permission_type: 'DENY',
    resource_type: 'GROUP',
    resource_name: 'readers of logs',
    pattern_type: 'PREFIXED',
  } as const
  assert.deepEqual(formatAclBinding(parseAclBinding(json)), json)
})

test('words are taken as kafka-acls takes them', () => {
  const words = { operation: 'DescribeConfigs', resource_type: 'Topic', pattern_type: 'prefixed', permission_type: 'Deny' }
  assert.deepEqual(formatAclBinding(parseAclBinding({ ...READ_LOGS, ...words })), {
    principal: 'User:alice',
    host: '*',
    operation: 'DESCRIBE_CONFIGS',
    permission_type: 'DENY',
    resource_type: 'TOPIC',
    resource_name: 'logs',
    pattern_type: 'PREFIXED',
  })
  for (const spelling of ['alter-configs', 'ALTER CONFIGS', 'alterconfigs']) {
    assert.equal(parseAclBinding({ ...READ_LOGS, operation: spelling }).operation, 'ALTER_CONFIGS')
  }
})

test('hosts are kept in one spelling', () => {
  assert.equal(parseAclBinding({ ...READ_LOGS, host: '0:0:0:0:0:0:0:1' }).host, '::1')
  assert.equal(parseAclBinding({ ...READ_LOGS, host: '::ffff:10.1.2.3' }).host, '10.1.2.3')
})

/** Kafka's `AclEntry.supportedOperations`, and ALL; written down, not derived. */
const SUPPORTED: Record<ResourceType, readonly Operation[]> = {
  TOPIC: ['ALL', 'READ', 'WRITE', 'CREATE', 'DELETE', 'ALTER', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  GROUP: ['ALL', 'READ', 'DELETE', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'],
  CLUSTER: ['ALL', 'CREATE', 'ALTER', 'DESCRIBE', 'CLUSTER_ACTION', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS', 'IDEMPOTENT_WRITE'],
}

test('an operation that makes no sense for the resource is refused', () => {
  for (const type of RESOURCE_TYPES) {
    for (const operation of OPERATIONS) {
      const raw = { principal: 'User:alice', operation, resource_type: type, resource_name: type === 'CLUSTER' ? 'kafka-cluster' : 'logs' }
      if (SUPPORTED[type].includes(operation)) assert.equal(parseAclBinding(raw).operation, operation)
      else
        assert.match(
          refusalOf(() => parseAclBinding(raw)),
          new RegExp(`operation is "${operation}"; resources of type ${type} have only `),
        )
    }
  }
})

const REFUSED: readonly (readonly [raw: unknown, message: string])[] = [
  ['READ', '"READ" is not an object'],
  [null, 'null is not an object'],
  [[READ_LOGS], `${JSON.stringify([READ_LOGS])} is not an object`],
  [{ ...READ_LOGS, permision_type: 'DENY' }, 'there is no field "permision_type"; did you mean permission_type?'],
  [{ ...READ_LOGS, operation: undefined }, 'operation is missing'],
  [{ ...READ_LOGS, principal: undefined }, 'principal is missing'],
  [{ ...READ_LOGS, resource_type: undefined }, 'resource_type is missing'],
  [{ ...READ_LOGS, resource_name: undefined }, 'resource_name is missing'],
  [{ ...READ_LOGS, host: null }, 'host is null; it must be a string'],
  [{ ...READ_LOGS, operation: 1 }, 'operation is 1; it must be a string'],
  [{ ...READ_LOGS, resource_type: 'TOPICS' }, 'resource_type is "TOPICS"; did you mean TOPIC? It may be TOPIC, GROUP, CLUSTER'],
  [{ ...READ_LOGS, pattern_type: 'PREFIX' }, 'pattern_type is "PREFIX"; did you mean PREFIXED? It may be LITERAL, PREFIXED'],
  [{ ...READ_LOGS, permission_type: 'ANY' }, 'permission_type is "ANY"; it may be ALLOW, DENY'],
  [{ ...READ_LOGS, principal: 'alice' }, 'principal is "alice"; it must be User:<name>, or User:* for everyone'],
  [{ ...READ_LOGS, principal: 'User:' }, 'principal is "User:"; it must be User:<name>, or User:* for everyone'],
  [{ ...READ_LOGS, principal: 'Group:ops' }, 'principal is "Group:ops"; it must be User:<name>, or User:* for everyone'],
  [{ ...READ_LOGS, principal: 'User:a\nb' }, String.raw`principal is "User:a\nb"; it holds control characters`],
  [{ ...READ_LOGS, host: '' }, 'host is ""; it must be * or an address of at most 255 characters'],
  [{ ...READ_LOGS, host: '::g' }, 'host is "::g"; it is not an IPv6 address'],
  [{ ...READ_LOGS, host: 'a\0' }, String.raw`host is "a\u0000"; it holds control characters`],
  [{ ...READ_LOGS, resource_name: '' }, 'resource_name is ""; topic name is empty'],
  [{ ...READ_LOGS, resource_name: '..' }, 'resource_name is ".."; topic name ".." is not allowed'],
  [
    { ...READ_LOGS, pattern_type: 'PREFIXED', resource_name: '*' },
    `resource_name is "*"; topic name "*" holds characters other than a-z, A-Z, 0-9, '.', '_' and '-'; every topic is pattern_type LITERAL`,
  ],
  [{ ...READ_LOGS, resource_type: 'GROUP', resource_name: '' }, 'resource_name is ""; group name is empty'],
  [
    { ...READ_LOGS, resource_type: 'GROUP', resource_name: 'a\tb' },
    String.raw`resource_name is "a\tb"; group name holds control characters`,
  ],
  [
    { principal: 'User:a', operation: 'ALTER', resource_type: 'CLUSTER', resource_name: '*' },
    'resource_name is "*"; the only resource of type CLUSTER is kafka-cluster',
  ],
]

for (const [raw, message] of REFUSED) {
  test(`refused: ${message}`, () =>
    assert.equal(
      refusalOf(() => parseAclBinding(raw, 'acls[3]')),
      `acls[3]: ${message}`,
    ))
}

test('names and hosts have limits, and both sides of each are known', () => {
  const longest = { principal: `User:${'u'.repeat(USER_NAME_LENGTH_MAX)}`, host: 'h'.repeat(HOST_LENGTH_MAX), operation: 'READ' }
  const topic = { ...longest, resource_type: 'TOPIC', resource_name: 't'.repeat(TOPIC_NAME_LENGTH_MAX) }
  const group = { ...longest, resource_type: 'GROUP', resource_name: 'g'.repeat(GROUP_ID_LENGTH_MAX) }
  assert.equal(parseAclBinding(topic).resourceName.length, TOPIC_NAME_LENGTH_MAX)
  assert.equal(parseAclBinding(group).resourceName.length, GROUP_ID_LENGTH_MAX)
  assert.match(
    refusalOf(() => parseAclBinding({ ...topic, resource_name: `${topic.resource_name}t` })),
    /the limit is 249/,
  )
  assert.match(
    refusalOf(() => parseAclBinding({ ...group, resource_name: `${group.resource_name}g` })),
    /the limit is 255/,
  )
  assert.match(
    refusalOf(() => parseAclBinding({ ...topic, principal: `${topic.principal}u` })),
    /the limit of a name is 255 characters/,
  )
  assert.match(
    refusalOf(() => parseAclBinding({ ...topic, host: `${topic.host}h` })),
    /at most 255 characters/,
  )
})

test('a prefix may be what no whole topic name is', () => {
  for (const prefix of ['.', '..']) {
    assert.equal(parseAclBinding({ ...READ_LOGS, pattern_type: 'PREFIXED', resource_name: prefix }).resourceName, prefix)
  }
})

test('a filter holds what it names and nothing else', () => {
  assert.deepEqual(parseAclBindingFilter({}), {})
  assert.deepEqual(parseAclBindingFilter({ principal: 'User:alice', operation: 'read', host: null }), {
    principal: 'User:alice',
    operation: 'READ',
  })
  const any = { operation: 'Any', resource_type: 'ANY', pattern_type: 'any', permission_type: 'ANY' }
  assert.deepEqual(parseAclBindingFilter(any), {})
})

test('in a filter, a free name that reads ANY is that name', () => {
  assert.deepEqual(parseAclBindingFilter({ resource_name: 'any' }), { resourceName: 'any' })
})

test('a filter that is misspelt is refused: ignored, it would match everything', () => {
  assert.equal(
    refusalOf(() => parseAclBindingFilter({ principle: 'User:alice' })),
    'ACL filter: there is no field "principle"; did you mean principal?',
  )
  assert.match(
    refusalOf(() => parseAclBindingFilter({ pattern_type: 'MATCH' })),
    /[Ii]t may be LITERAL, PREFIXED/,
  )
  assert.match(
    refusalOf(() => parseAclBindingFilter([])),
    /is not an object/,
  )
})
