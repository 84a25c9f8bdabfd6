/** Decisions of Kafka's StandardAuthorizer, written down as data and asked at every door (A6, A7). */
import type { Binding, ConformanceCase } from '../case.ts'
import { ALL, ANYONE, ask, DENY, READ, WRITE } from '../permission-questions.ts'
import type { ProfileName } from '../profiles.ts'
import { givenValues } from '../requests.ts'

interface Decision {
  readonly name: string
  readonly needs?: ProfileName
  readonly bindings: readonly Binding[]
  readonly mayRead: boolean
  readonly mayWrite: boolean
  readonly role?: 'system' | 'dba' | 'service' | 'user'
}

const PREFIXED = { pattern_type: 'PREFIXED' } as const
const ANY_TOPIC = { resource_name: '*' } as const
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

export const PERMISSION_DECISION_CASES: readonly ConformanceCase[] = DECISIONS.map((decision) => ({
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
