import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { PASSWORD_BYTES_MAX, USER_NAME_LENGTH_MAX } from '@logbrook/kafka/limits'
import { refusalOf, START_MS, startGuardedServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'

const ADMIN = 'admin:secret'

let api: TestServer
before(async () => void (api = await startGuardedServer()))
after(() => api.close())

const create = (json: unknown) => api.ask('/v1/kafka/users', { method: 'POST', json, as: ADMIN })

describe('creating a user', () => {
  it('answers 201 without the password, and the user is known at the next request', async () => {
    const { status, headers, body } = await create({ name: 'älice b', password: 'pä:ss', role: 'service' })
    assert.equal(status, 201)
    assert.equal(headers.get('location'), '/v1/kafka/users/%C3%A4lice%20b')
    assert.deepEqual(body, { name: 'älice b', role: 'service', has_password: true, created_at: START_MS })
    assert.equal((await api.ask('/v1/kafka/topics', { as: 'älice b:pä:ss' })).status, 200)
    assert.equal((await api.ask('/v1/kafka/topics', { as: 'älice b:pä' })).status, 401)
  })

  it('takes a role of user and no password where none is given', async () => {
    assert.deepEqual((await create({ name: 'plain' })).body, { name: 'plain', role: 'user', has_password: false, created_at: START_MS })
    assert.equal((await api.ask('/v1/kafka/topics', { as: 'plain:' })).status, 401)
  })

  const refusals: readonly (readonly [why: string, json: unknown, status: number, code: string])[] = [
    ['a name that is taken', { name: 'admin', password: 'x' }, 409, 'DUPLICATE_RESOURCE'],
    ['an empty name', { name: '', password: 'x' }, 400, 'INVALID_REQUEST'],
    ['a name with a colon', { name: 'a:b', password: 'x' }, 400, 'INVALID_REQUEST'],
    ['the name of nobody', { name: 'ANONYMOUS', password: 'x' }, 400, 'INVALID_REQUEST'],
    ['a name that is too long', { name: 'n'.repeat(USER_NAME_LENGTH_MAX + 1), password: 'x' }, 400, 'INVALID_REQUEST'],
    ['an empty password', { name: 'x', password: '' }, 400, 'UNACCEPTABLE_CREDENTIAL'],
    ['a password that is too long', { name: 'x', password: 'p'.repeat(PASSWORD_BYTES_MAX + 1) }, 400, 'UNACCEPTABLE_CREDENTIAL'],
    ['an unknown role', { name: 'x', role: 'admin' }, 400, 'INVALID_REQUEST'],
    ['an unknown field', { name: 'x', passwd: 'x' }, 400, 'INVALID_REQUEST'],
  ]
  for (const [why, json, status, code] of refusals) {
    it(`refuses ${why}`, async () => {
      assert.deepEqual(refusalOf(await create(json)).slice(0, 2), [status, code])
    })
  }

  it('takes the longest name and password', async () => {
    const json = { name: 'n'.repeat(USER_NAME_LENGTH_MAX), password: 'p'.repeat(PASSWORD_BYTES_MAX) }
    assert.equal((await create(json)).status, 201)
  })
})

describe('users that there are', () => {
  it('are listed by name, without secrets', async () => {
    await using own = await startGuardedServer()
    await own.ask('/v1/kafka/users', { method: 'POST', json: { name: 'zoe', password: 'x', role: 'dba' }, as: ADMIN })
    const { status, body } = await own.ask('/v1/kafka/users', { as: ADMIN })
    assert.equal(status, 200)
    assert.deepEqual(body, {
      users: [
        { name: 'admin', role: 'user', has_password: true, created_at: START_MS },
        { name: 'zoe', role: 'dba', has_password: true, created_at: START_MS },
      ],
    })
  })

  it('are replaced by PUT, which also creates', async () => {
    const put = (json: unknown) => api.ask('/v1/kafka/users/put', { method: 'PUT', json, as: ADMIN })
    const first = await put({ password: 'one', role: 'service' })
    assert.deepEqual([first.status, first.body], [200, { name: 'put', role: 'service', has_password: true, created_at: START_MS }])
    const second = await put({ password: 'two' })
    assert.deepEqual([second.status, second.body], [200, { name: 'put', role: 'user', has_password: true, created_at: START_MS }])
    assert.equal((await api.ask('/v1/kafka/topics', { as: 'put:one' })).status, 401)
    assert.equal((await api.ask('/v1/kafka/topics', { as: 'put:two' })).status, 200)
  })

  it('change what PATCH names, and that counts at the next request', async () => {
    await create({ name: 'changing', password: 'one', role: 'service' })
    const alter = (json: unknown) => api.ask('/v1/kafka/users/changing', { method: 'PATCH', json, as: ADMIN })
    const patched = await alter({ password: 'two' })
    assert.deepEqual([patched.status, patched.body], [200, { name: 'changing', role: 'service', has_password: true, created_at: START_MS }])
    assert.equal((await api.ask('/v1/kafka/topics', { as: 'changing:one' })).status, 401)
    assert.equal((await api.ask('/v1/kafka/users', { as: 'changing:two' })).status, 403)
    assert.equal((await alter({ role: 'dba' })).status, 200)
    assert.equal((await api.ask('/v1/kafka/users', { as: 'changing:two' })).status, 200)
    assert.deepEqual((await alter({ password: null })).body, { name: 'changing', role: 'dba', has_password: false, created_at: START_MS })
    assert.equal((await api.ask('/v1/kafka/topics', { as: 'changing:two' })).status, 401)
  })

  it('are gone after DELETE, at the next request', async () => {
    await create({ name: 'leaving', password: 'x' })
    assert.equal((await api.ask('/v1/kafka/topics', { as: 'leaving:x' })).status, 200)
    const { status, body } = await api.ask('/v1/kafka/users/leaving', { method: 'DELETE', as: ADMIN })
    assert.deepEqual([status, body], [204, ''])
    assert.equal((await api.ask('/v1/kafka/topics', { as: 'leaving:x' })).status, 401)
  })

  it('must be there to be changed or deleted', async () => {
    const missing = [404, 'RESOURCE_NOT_FOUND', 'there is no user "nobody"']
    assert.deepEqual(refusalOf(await api.ask('/v1/kafka/users/nobody', { method: 'PATCH', json: {}, as: ADMIN })), missing)
    assert.deepEqual(refusalOf(await api.ask('/v1/kafka/users/nobody', { method: 'DELETE', as: ADMIN })), missing)
  })
})
