/** May they, beyond one decision: changes, order, anonymity, what implies DESCRIBE (A4, A6, A7, F9). */
import type { Binding, ConformanceCase } from '../case.ts'
import { ALL, ANYONE, ask, DENIED, DENY, READ, WRITE } from '../permission-questions.ts'
import { entry, errorEntry, fetched, FETCH_ALL, givenValues, intakeRefused, logs, recordsFrom, TAKEN } from '../requests.ts'
import { basicAuthorization } from '../target.ts'

const GIVEN = { users: [{ name: '$USER', password: 'secret' }], records: [givenValues('$TOPIC', 0, ['one'])] }

export const PERMISSION_CASES: readonly ConformanceCase[] = [
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
