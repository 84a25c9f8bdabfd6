/** May they (A6, A7): decisions of Kafka's StandardAuthorizer, written down and asked at every door. */
import type { Binding, ConformanceCase, Exchange } from '../case.ts'
import type { ProfileName } from '../profiles.ts'
import {
  errorEntry,
  entry,
  fetched,
  FETCH_ALL,
  fetchRefused,
  givenValues,
  intakeRefused,
  logs,
  recordPaths,
  recordsFrom,
  TAKEN,
  VALIDATE,
} from '../requests.ts'
import { basicAuthorization } from '../target.ts'
import type { Scene } from '../scene.ts'

interface Decision {
  readonly name: string
  readonly needs?: ProfileName
  readonly bindings: readonly Binding[]
  readonly mayRead: boolean
  readonly mayWrite: boolean
  readonly role?: 'system' | 'dba' | 'service' | 'user'
}

const READ: Binding = { principal: 'User:$USER', operation: 'READ', resource_name: '$TOPIC' }
const WRITE: Binding = { ...READ, operation: 'WRITE' }
const ALL: Binding = { ...READ, operation: 'ALL' }
const DENY = { permission_type: 'DENY' } as const
const PREFIXED = { pattern_type: 'PREFIXED' } as const
const ANY_TOPIC = { resource_name: '*' } as const
const ANYONE = { principal: 'User:*' } as const

/** `$TOPIC` begins with it, as it begins with the name that stands for `$T`. */
const CASE_PREFIX = '$T'

const DECISIONS: readonly Decision[] = [
  { name: 'no binding', bindings: [], mayRead: false, mayWrite: false },
  { name: 'ALLOW READ', bindings: [READ], mayRead: true, mayWrite: false },
  { name: 'ALLOW WRITE', bindings: [WRITE], mayRead: false, mayWrite: true },
  { name: 'ALLOW READ and WRITE', bindings: [READ, WRITE], mayRead: true, mayWrite: true },
  { name: 'ALLOW ALL', bindings: [ALL], mayRead: true, mayWrite: true },
  { name: 'ALLOW DESCRIBE', bindings: [{ ...READ, operation: 'DESCRIBE' }], mayRead: false, mayWrite: false },
  {
    name: 'ALLOW ALTER, DELETE and CREATE',
    bindings: [
      { ...READ, operation: 'ALTER' },
      { ...READ, operation: 'DELETE' },
      { ...READ, operation: 'CREATE' },
    ],
    mayRead: false,
    mayWrite: false,
  },
  { name: 'ALLOW to another user', bindings: [{ ...ALL, principal: 'User:$OTHER' }], mayRead: false, mayWrite: false },
  { name: 'ALLOW to a user whose name begins so', bindings: [{ ...ALL, principal: 'User:$USER-2' }], mayRead: false, mayWrite: false },
  { name: 'ALLOW to anonymous', bindings: [{ ...ALL, principal: 'User:ANONYMOUS' }], mayRead: false, mayWrite: false },
  { name: 'ALLOW to everybody', bindings: [{ ...ALL, ...ANYONE }], mayRead: true, mayWrite: true },
  { name: 'ALLOW on another topic', bindings: [{ ...ALL, resource_name: '$ELSEWHERE' }], mayRead: false, mayWrite: false },
  { name: 'ALLOW on a topic whose name begins so', bindings: [{ ...ALL, resource_name: '$TOPIC-2' }], mayRead: false, mayWrite: false },
  { name: 'ALLOW on a group of that name', bindings: [{ ...ALL, resource_type: 'GROUP' }], mayRead: false, mayWrite: false },
  {
    name: 'ALLOW on the cluster',
    bindings: [{ ...ALL, resource_type: 'CLUSTER', resource_name: 'kafka-cluster' }],
    mayRead: false,
    mayWrite: false,
  },
  { name: 'ALLOW on every topic', bindings: [{ ...READ, ...ANY_TOPIC }], mayRead: true, mayWrite: false },
  { name: 'ALLOW on a prefix', bindings: [{ ...WRITE, ...PREFIXED, resource_name: CASE_PREFIX }], mayRead: false, mayWrite: true },
  { name: 'ALLOW on the whole name as a prefix', bindings: [{ ...READ, ...PREFIXED }], mayRead: true, mayWrite: false },
  { name: 'ALLOW on a longer prefix', bindings: [{ ...ALL, ...PREFIXED, resource_name: '$TOPICX' }], mayRead: false, mayWrite: false },
  { name: 'ALLOW on a literal name that is a prefix', bindings: [{ ...ALL, resource_name: CASE_PREFIX }], mayRead: false, mayWrite: false },
  { name: 'ALLOW from this host', bindings: [{ ...READ, host: '127.0.0.1' }], mayRead: true, mayWrite: false },
  { name: 'ALLOW from another host', bindings: [{ ...ALL, host: '192.0.2.1' }], mayRead: false, mayWrite: false },
  { name: 'DENY beats ALLOW', bindings: [ALL, { ...READ, ...DENY }], mayRead: false, mayWrite: true },
  { name: 'DENY ALL beats ALLOW', bindings: [READ, WRITE, { ...ALL, ...DENY }], mayRead: false, mayWrite: false },
  { name: 'DENY to everybody beats ALLOW', bindings: [ALL, { ...WRITE, ...ANYONE, ...DENY }], mayRead: true, mayWrite: false },
  {
    name: 'DENY on every topic beats ALLOW',
    bindings: [ALL, { ...READ, ...ANY_TOPIC, ...DENY, principal: 'User:$USER' }],
    mayRead: false,
    mayWrite: true,
  },
  {
    name: 'DENY on a prefix beats ALLOW',
    bindings: [ALL, { ...WRITE, ...PREFIXED, ...DENY, resource_name: CASE_PREFIX }],
    mayRead: true,
    mayWrite: false,
  },
  { name: 'DENY from this host beats ALLOW', bindings: [ALL, { ...READ, ...DENY, host: '127.0.0.1' }], mayRead: false, mayWrite: true },
  { name: 'DENY from another host does not', bindings: [ALL, { ...ALL, ...DENY, host: '192.0.2.1' }], mayRead: true, mayWrite: true },
  { name: 'DENY to another user does not', bindings: [ALL, { ...ALL, ...DENY, principal: 'User:$OTHER' }], mayRead: true, mayWrite: true },
  { name: 'DENY DESCRIBE implies nothing', bindings: [ALL, { ...READ, ...DENY, operation: 'DESCRIBE' }], mayRead: true, mayWrite: true },
  { name: 'a super user, role system', bindings: [], role: 'system', mayRead: true, mayWrite: true },
  { name: 'a super user passes DENY, role dba', bindings: [{ ...ALL, ...DENY }], role: 'dba', mayRead: true, mayWrite: true },
  { name: 'a service is none', bindings: [], role: 'service', mayRead: false, mayWrite: false },
  { name: 'open by default, no binding', needs: 'acls-open', bindings: [], mayRead: true, mayWrite: true },
  {
    name: 'open by default, a binding for another user',
    needs: 'acls-open',
    bindings: [{ ...READ, principal: 'User:$OTHER' }],
    mayRead: false,
    mayWrite: false,
  },
  {
    name: 'open by default, a binding for another operation',
    needs: 'acls-open',
    bindings: [{ ...READ, operation: 'DESCRIBE' }],
    mayRead: false,
    mayWrite: false,
  },
  {
    name: 'open by default, a prefix for another user',
    needs: 'acls-open',
    bindings: [{ ...READ, ...PREFIXED, resource_name: CASE_PREFIX, principal: 'User:$OTHER' }],
    mayRead: false,
    mayWrite: false,
  },
  {
    name: 'open by default, a DENY for another user',
    needs: 'acls-open',
    bindings: [{ ...ALL, ...DENY, principal: 'User:$OTHER' }],
    mayRead: false,
    mayWrite: false,
  },
  {
    name: 'open by default, a binding on another topic',
    needs: 'acls-open',
    bindings: [{ ...READ, resource_name: '$ELSEWHERE', principal: 'User:$OTHER' }],
    mayRead: true,
    mayWrite: true,
  },
  { name: 'open by default, ALLOW READ', needs: 'acls-open', bindings: [READ], mayRead: true, mayWrite: false },
]

const DENIED = 'TOPIC_AUTHORIZATION_FAILED'

/** The same question at every door. */
async function ask(scene: Scene, { mayRead, mayWrite }: Pick<Decision, 'mayRead' | 'mayWrite'>): Promise<void> {
  const user = scene.names('$USER')
  const headers = { Authorization: basicAuthorization({ user, password: 'secret' }), 'DD-API-KEY': `${user}:secret` }
  const steps: readonly Exchange[] = [
    {
      request: { ...FETCH_ALL, headers },
      expect: fetched(['$TOPIC', mayRead ? entry(0, [0, 1], recordsFrom(0, ['one'])) : errorEntry(0, 29)]),
    },
    ...recordPaths('$TOPIC', 0, 0).map((path) => ({
      request: { method: 'GET', path, headers },
      expect: mayRead ? { status: 200 } : fetchRefused(403, DENIED, /\$USER/),
    })),
    { request: logs('{}', headers), expect: mayWrite ? TAKEN : intakeRefused(403, DENIED, /\$USER/) },
    { request: { method: 'GET', path: VALIDATE, headers }, expect: mayWrite ? { status: 200 } : intakeRefused(403, DENIED, /\$USER/) },
  ]
  for (const step of steps) await scene.exchange(step)
}

const decisions: readonly ConformanceCase[] = DECISIONS.map((decision) => ({
  name: `permissions: ${decision.name}`,
  proves: ['A6', 'A7'],
  needs: decision.needs ?? 'acls',
  given: {
    users: [{ name: '$USER', password: 'secret', role: decision.role ?? 'user' }],
    bindings: decision.bindings,
    records: [givenValues('$TOPIC', 0, ['one'])],
  },
  play: (scene) => ask(scene, decision),
}))

const GIVEN = { users: [{ name: '$USER', password: 'secret' }], records: [givenValues('$TOPIC', 0, ['one'])] }

export const PERMISSION_CASES: readonly ConformanceCase[] = [
  ...decisions,
  {
    name: 'permissions: a binding that is added or deleted counts at the next request',
    proves: ['A4', 'A6'],
    needs: 'acls',
    given: GIVEN,
    play: async (scene) => {
      const filled = (binding: Binding): Binding => ({
        ...binding,
        principal: scene.names(binding.principal),
        resource_name: scene.names(binding.resource_name),
      })
      await ask(scene, { mayRead: false, mayWrite: false })
      await scene.administration.addBindings([filled(ALL)])
      await ask(scene, { mayRead: true, mayWrite: true })
      await scene.administration.addBindings([filled({ ...READ, ...DENY })])
      await ask(scene, { mayRead: false, mayWrite: true })
      await scene.administration.deleteBindings([filled(ALL)])
      await ask(scene, { mayRead: false, mayWrite: false })
      await scene.administration.deleteBindings([filled({ ...READ, ...DENY })])
    },
  },
  {
    name: 'permissions: denied comes before missing, and each entry of a fetch is asked for itself',
    proves: ['F9', 'A6'],
    needs: 'acls',
    given: {
      ...GIVEN,
      topics: [{ name: '$TOPIC' }, { name: '$OTHER' }],
      bindings: [READ, { ...READ, resource_name: '$ALLOWED' }],
    },
    play: async (scene) => {
      const headers = { Authorization: basicAuthorization({ user: scene.names('$USER'), password: 'secret' }) }
      const body = JSON.stringify({
        topics: ['$OTHER', '$MISSING', '$ALLOWED', '$TOPIC', 'not a topic'].map((topic) => ({
          topic,
          partitions: [0, 7].map((partition) => ({ partition, fetch_offset: 0, partition_max_bytes: 1_000 })),
        })),
      })
      await scene.exchange({
        request: { ...FETCH_ALL, body, headers },
        expect: fetched(
          ['$OTHER', errorEntry(0, 29), errorEntry(7, 29)],
          ['$MISSING', errorEntry(0, 29), errorEntry(7, 29)],
          ['$ALLOWED', errorEntry(0, 3), errorEntry(7, 3)],
          ['$TOPIC', entry(0, [0, 1], recordsFrom(0, ['one'])), errorEntry(7, 3)],
          ['not a topic', errorEntry(0, 3), errorEntry(7, 3)],
        ),
      })
    },
  },
  {
    name: 'permissions: without credentials the principal is User:ANONYMOUS',
    proves: ['A6', 'A3'],
    needs: 'acls',
    given: {
      topics: [{ name: '$TOPIC' }, { name: '$OTHER' }],
      records: [givenValues('$TOPIC', 0, ['one'])],
      bindings: [
        { ...READ, principal: 'User:ANONYMOUS' },
        { ...WRITE, principal: 'User:ANONYMOUS' },
      ],
    },
    steps: [
      { request: FETCH_ALL, expect: fetched(['$TOPIC', entry(0, [0, 1], recordsFrom(0, ['one']))]) },
      { request: logs('[{"a":1}]'), expect: TAKEN },
      { request: logs('[{"a":1}]', {}, '/dd/$OTHER/api/v2/logs'), expect: intakeRefused(403, DENIED, /User:ANONYMOUS/) },
    ],
  },
  {
    name: 'permissions: ACLs that are off are not asked',
    proves: ['A7'],
    needs: 'sasl-optional',
    given: { ...GIVEN, bindings: [{ ...ALL, ...ANYONE, ...DENY }] },
    play: (scene) => ask(scene, { mayRead: true, mayWrite: true }),
  },
  ...(
    [
      ['ALLOW READ', [READ], 200],
      ['ALLOW WRITE', [WRITE], 200],
      ['ALLOW DELETE', [{ ...READ, operation: 'DELETE' }], 200],
      ['ALLOW ALTER', [{ ...READ, operation: 'ALTER' }], 200],
      ['ALLOW CREATE', [{ ...READ, operation: 'CREATE' }], 403],
      ['ALLOW ALTER_CONFIGS', [{ ...READ, operation: 'ALTER_CONFIGS' }], 403],
      [
        'DENY READ beside ALLOW DESCRIBE',
        [
          { ...READ, ...DENY },
          { ...READ, operation: 'DESCRIBE' },
        ],
        200,
      ],
      ['DENY DESCRIBE beside ALLOW READ', [{ ...READ, ...DENY, operation: 'DESCRIBE' }, READ], 403],
    ] as const
  ).map(([name, bindings, status]): ConformanceCase => ({
    name: `permissions: DESCRIBE by ${name} is ${status}`,
    proves: ['A6'],
    needs: 'acls',
    given: { ...GIVEN, bindings },
    play: async (scene) => {
      const headers = { Authorization: basicAuthorization({ user: scene.names('$USER'), password: 'secret' }) }
      await scene.exchange({ request: { method: 'GET', path: '/v1/kafka/topics/$TOPIC', headers }, expect: { status } })
    },
  })),
]
