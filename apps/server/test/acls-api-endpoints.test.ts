/**
 * Every endpoint of our own API asks: without credentials 401, without the permission 403, with exactly that permission it
 * answers. The table is held against the contract's, so that an endpoint cannot be added without a row.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ROUTES } from '@logbrook/contract/routes'
import type { Operation, ResourceType } from '@logbrook/kafka/acl'
import { CLUSTER_NAME } from '@logbrook/kafka/acl'
import { refusalOf, startGuardedServer } from './own-api-server.ts'
import type { Ask, TestServer } from './own-api-server.ts'

const ADMIN = 'admin:secret'
const OWN_OPERATIONS = ROUTES.filter(({ dialect }) => dialect === 'own').map(({ operationId }) => operationId)

interface Row {
  readonly operationId: string
  readonly path: string
  readonly ask?: Ask
  /** On topic or group `guarded`, or on the cluster. */
  readonly needs: readonly (readonly [Operation, ResourceType])[]
  readonly allowed: number
}

const QUESTION = { principal: 'User:x', operation: 'READ', resource_type: 'TOPIC', resource_name: 'guarded' }

const ROWS: readonly Row[] = [
  {
    operationId: 'createTopic',
    path: '/v1/kafka/topics',
    ask: { method: 'POST', json: { name: 'guarded' } },
    needs: [['CREATE', 'TOPIC']],
    allowed: 409,
  },
  {
    operationId: 'createTopic',
    path: '/v1/kafka/topics',
    ask: { method: 'POST', json: { name: 'guarded' } },
    needs: [['CREATE', 'CLUSTER']],
    allowed: 409,
  },
  { operationId: 'describeTopic', path: '/v1/kafka/topics/guarded', needs: [['DESCRIBE', 'TOPIC']], allowed: 200 },
  {
    operationId: 'alterTopic',
    path: '/v1/kafka/topics/guarded',
    ask: { method: 'PATCH', json: { partitions: 1 } },
    needs: [['ALTER', 'TOPIC']],
    // It has one partition already: permitted, and not possible.
    allowed: 400,
  },
  {
    operationId: 'alterTopic',
    path: '/v1/kafka/topics/guarded',
    ask: { method: 'PATCH', json: { config: { 'retention.ms': 1e9 } } },
    needs: [
      ['ALTER_CONFIGS', 'TOPIC'],
      ['DESCRIBE', 'TOPIC'],
    ],
    allowed: 200,
  },
  { operationId: 'deleteTopic', path: '/v1/kafka/topics/guarded', ask: { method: 'DELETE' }, needs: [['DELETE', 'TOPIC']], allowed: 204 },
  {
    operationId: 'trimPartition',
    path: '/v1/kafka/topics/guarded/partitions/0/records?before_offset=0',
    ask: { method: 'DELETE' },
    needs: [['DELETE', 'TOPIC']],
    allowed: 200,
  },
  { operationId: 'listOffsets', path: '/v1/kafka/topics/guarded/offsets', needs: [['DESCRIBE', 'TOPIC']], allowed: 200 },
  {
    operationId: 'produce',
    path: '/v1/kafka/topics/guarded/records',
    ask: { method: 'POST', body: 'x' },
    needs: [['WRITE', 'TOPIC']],
    allowed: 200,
  },
  // A tail goes on for ever: what comes before its first byte is asked for here.
  { operationId: 'tail', path: '/v1/kafka/topics/guarded/tail', ask: { method: 'HEAD' }, needs: [['READ', 'TOPIC']], allowed: 200 },
  // The first one makes the group that the others are about.
  {
    operationId: 'commitOffsets',
    path: '/v1/kafka/groups/guarded/offsets',
    ask: { method: 'POST', json: { offsets: [{ topic: 'guarded', partition: 0, offset: 0 }] } },
    needs: [
      ['READ', 'GROUP'],
      ['READ', 'TOPIC'],
    ],
    allowed: 204,
  },
  { operationId: 'describeGroup', path: '/v1/kafka/groups/guarded', needs: [['READ', 'GROUP']], allowed: 200 },
  {
    operationId: 'resetOffsets',
    path: '/v1/kafka/groups/guarded/reset',
    ask: { method: 'POST', json: { topic: 'guarded', to: 'earliest' } },
    needs: [
      ['READ', 'GROUP'],
      ['READ', 'TOPIC'],
    ],
    allowed: 200,
  },
  { operationId: 'deleteGroup', path: '/v1/kafka/groups/guarded', ask: { method: 'DELETE' }, needs: [['READ', 'GROUP']], allowed: 204 },
  { operationId: 'endSessions', path: '/v1/kafka/sessions', ask: { method: 'DELETE' }, needs: [['ALTER', 'CLUSTER']], allowed: 204 },
  { operationId: 'listUsers', path: '/v1/kafka/users', needs: [['DESCRIBE', 'CLUSTER']], allowed: 200 },
  {
    operationId: 'createUser',
    path: '/v1/kafka/users',
    ask: { method: 'POST', json: { name: 'admin' } },
    needs: [['ALTER', 'CLUSTER']],
    allowed: 409,
  },
  { operationId: 'putUser', path: '/v1/kafka/users/other', ask: { method: 'PUT', json: {} }, needs: [['ALTER', 'CLUSTER']], allowed: 200 },
  {
    operationId: 'alterUser',
    path: '/v1/kafka/users/none',
    ask: { method: 'PATCH', json: {} },
    needs: [['ALTER', 'CLUSTER']],
    allowed: 404,
  },
  { operationId: 'deleteUser', path: '/v1/kafka/users/none', ask: { method: 'DELETE' }, needs: [['ALTER', 'CLUSTER']], allowed: 404 },
  { operationId: 'listAcls', path: '/v1/kafka/acls', needs: [['DESCRIBE', 'CLUSTER']], allowed: 200 },
  {
    operationId: 'createAcls',
    path: '/v1/kafka/acls',
    ask: { method: 'POST', json: { bindings: [] } },
    needs: [['ALTER', 'CLUSTER']],
    allowed: 201,
  },
  {
    operationId: 'deleteAcls',
    path: '/v1/kafka/acls',
    ask: { method: 'DELETE', json: { filters: [] } },
    needs: [['ALTER', 'CLUSTER']],
    allowed: 200,
  },
  {
    operationId: 'explainAccess',
    path: `/v1/kafka/acls/explain?${new URLSearchParams(QUESTION).toString()}`,
    needs: [['DESCRIBE', 'CLUSTER']],
    allowed: 200,
  },
  {
    operationId: 'explainAccessByPost',
    path: '/v1/kafka/acls/explain',
    ask: { method: 'POST', json: QUESTION },
    needs: [['DESCRIBE', 'CLUSTER']],
    allowed: 200,
  },
  { operationId: 'metrics', path: '/metrics', needs: [['DESCRIBE', 'CLUSTER']], allowed: 200 },
]

/** Answered 200 with what may be seen, however little that is: has cases of its own below. */
const FILTERED = ['listTopics', 'listGroups']

let api: TestServer
before(async () => {
  api = await startGuardedServer()
  for (const name of ['caller', 'nobody']) {
    await api.ask('/v1/kafka/users', { method: 'POST', json: { name, password: 'pw' }, as: ADMIN })
  }
})
after(() => api.close())

async function grant(needs: Row['needs']): Promise<void> {
  await api.ask('/v1/kafka/acls', { method: 'DELETE', json: { filters: [{}] }, as: ADMIN })
  const bindings = needs.map(([operation, type]) => ({
    principal: 'User:caller',
    operation,
    resource_type: type,
    resource_name: type === 'CLUSTER' ? CLUSTER_NAME : 'guarded',
  }))
  const { status } = await api.ask('/v1/kafka/acls', { method: 'POST', json: { bindings }, as: ADMIN })
  assert.equal(status, 201)
}

describe('every endpoint asks', () => {
  it('and has a row here', () => {
    assert.deepEqual(new Set([...ROWS.map(({ operationId }) => operationId), ...FILTERED]), new Set(OWN_OPERATIONS))
  })

  for (const { operationId, path, ask = {}, needs, allowed } of ROWS) {
    const permission = needs.map(([operation, type]) => `${operation} on the ${type.toLowerCase()}`).join(' and ')
    it(`${operationId} asks for ${permission}`, async () => {
      await api.ask('/v1/kafka/topics', { method: 'POST', json: { name: 'guarded' }, as: ADMIN })
      await grant(needs)
      const isHead = ask.method === 'HEAD'
      const unknown = await api.ask(path, ask)
      assert.equal(unknown.status, 401)
      assert.match(unknown.headers.get('www-authenticate') ?? '', /^Basic /)
      const denied = await api.ask(path, { ...ask, as: 'nobody:pw' })
      assert.equal(denied.status, 403)
      if (!isHead) {
        const refusedFor = operationId === 'createTopic' ? 'TOPIC' : needs[0]?.[1]
        assert.equal(refusalOf(denied)[1], `${refusedFor}_AUTHORIZATION_FAILED`)
        assert.equal(refusalOf(unknown)[1], 'SASL_AUTHENTICATION_FAILED')
      }
      assert.equal((await api.ask(path, { ...ask, as: 'caller:pw' })).status, allowed)
      for (const missing of needs) {
        await grant(needs.filter((need) => need !== missing))
        assert.equal((await api.ask(path, { ...ask, as: 'caller:pw' })).status, 403, `without ${missing[0]}`)
      }
    })
  }
})

const describeTopic = async () => (await api.ask('/v1/kafka/topics/guarded', { as: 'caller:pw' })).body as { config?: object }

describe('what may be seen', () => {
  it('lists only the topics that the caller may DESCRIBE', async () => {
    for (const name of ['guarded', 'hidden']) await api.ask('/v1/kafka/topics', { method: 'POST', json: { name }, as: ADMIN })
    await grant([['DESCRIBE', 'TOPIC']])
    const names = async (as: string) =>
      ((await api.ask('/v1/kafka/topics', { as })).body as { topics: { name: string }[] }).topics.map(({ name }) => name)
    assert.deepEqual(await names('caller:pw'), ['guarded'])
    assert.deepEqual(await names('nobody:pw'), [])
    assert.deepEqual(await names(ADMIN), ['guarded', 'hidden'])
    assert.equal((await api.ask('/v1/kafka/topics')).status, 401)
  })

  it('shows configuration to who may DESCRIBE_CONFIGS', async () => {
    await grant([['DESCRIBE', 'TOPIC']])
    assert.equal('config' in (await describeTopic()), false)
    await grant([
      ['DESCRIBE', 'TOPIC'],
      ['DESCRIBE_CONFIGS', 'TOPIC'],
    ])
    assert.equal('config' in (await describeTopic()), true)
  })

  it('does not let a denied caller tell a missing topic from a forbidden one', async () => {
    const refusals = []
    for (const topic of ['guarded', 'missing']) refusals.push((await api.ask(`/v1/kafka/topics/${topic}`, { as: 'nobody:pw' })).status)
    assert.deepEqual(refusals, [403, 403])
  })

  for (const path of ['/', '/livez', '/readyz', '/openapi.json']) {
    it(`leaves ${path} open`, async () => {
      assert.equal((await api.ask(path)).status, 200)
    })
  }
})
