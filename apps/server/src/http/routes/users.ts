/** `/v1/kafka/users`, and what ends the sessions of all of them. */
import type { UserDescription } from '@logbrook/broker/users'
import type { UserBody, UserList } from '@logbrook/contract/users'
import { basicCaller } from '../caller.ts'
import type { App, RouteContext } from '../context.ts'
import { bodyAs } from '../described-body.ts'
import { closedQuery } from '../query.ts'

export function registerUsers(app: App, context: RouteContext): void {
  const { users, sessions } = context.broker

  app.get('/v1/kafka/users', async (c) => {
    const caller = await basicCaller(c.env, context)
    closedQuery(c.env, [])
    const all = await users.list(caller)
    return c.json({ users: all.map(userBody) } satisfies UserList)
  })

  app.post('/v1/kafka/users', async (c) => {
    const caller = await basicCaller(c.env, context)
    const { name, role = 'user', password = null } = await bodyAs(c.env, loadCreateUserRequest)
    const user = await users.create(caller, { name, role, password })
    return c.json(userBody(user), 201, { Location: `/v1/kafka/users/${encodeURIComponent(name)}` })
  })

  app.put('/v1/kafka/users/:user', async (c) => {
    const caller = await basicCaller(c.env, context)
    const { role = 'user', password = null } = await bodyAs(c.env, loadPutUserRequest)
    return c.json(userBody(await users.put(caller, { name: c.req.param('user'), role, password })))
  })

  app.patch('/v1/kafka/users/:user', async (c) => {
    const caller = await basicCaller(c.env, context)
    const { role, password } = await bodyAs(c.env, loadAlterUserRequest)
    const changes = { ...(role === undefined ? {} : { role }), ...(password === undefined ? {} : { password }) }
    return c.json(userBody(await users.alter(caller, c.req.param('user'), changes)))
  })

  app.delete('/v1/kafka/users/:user', async (c) => {
    const caller = await basicCaller(c.env, context)
    closedQuery(c.env, [])
    await users.delete(caller, c.req.param('user'))
    return c.body(null, 204)
  })

  app.delete('/v1/kafka/sessions', async (c) => {
    const caller = await basicCaller(c.env, context)
    closedQuery(c.env, [])
    await sessions.rotateSecret(caller)
    return c.body(null, 204)
  })
}

function userBody({ name, role, hasPassword, createdMs }: UserDescription): UserBody {
  return { name, role, has_password: hasPassword, created_at: createdMs }
}

async function loadCreateUserRequest() {
  const { CreateUserRequest } = await import('@logbrook/contract/users')
  return CreateUserRequest
}

async function loadAlterUserRequest() {
  const { AlterUserRequest } = await import('@logbrook/contract/users')
  return AlterUserRequest
}

async function loadPutUserRequest() {
  const { PutUserRequest } = await import('@logbrook/contract/users')
  return PutUserRequest
}
