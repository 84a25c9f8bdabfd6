/** Users: `/v1/kafka/users`. No answer holds anything of a password. */
import { ROLES } from '@logbrook/kafka/users'
import { z } from 'zod'
import { closedObject } from './closed-object.ts'
import { COMPONENTS } from './components.ts'

const UserName = z.string()
const UserRole = z.enum(ROLES).describe('`system` and `dba` are super users; `service` and `user` need bindings where ACLs are on')
const Password = z.string().nullable().describe('`null`: a user without a password, who passes no door')

export const UserBody = z
  .object({ name: UserName, role: UserRole, has_password: z.boolean(), created_at: z.int().describe('epoch milliseconds') })
  .register(COMPONENTS, { id: 'User' })
export type UserBody = z.infer<typeof UserBody>

export const UserList = z.object({ users: z.array(UserBody) }).register(COMPONENTS, { id: 'UserList' })
export type UserList = z.infer<typeof UserList>

export const CreateUserRequest = closedObject({
  name: UserName,
  password: Password.optional(),
  role: UserRole.optional().describe('`user` by default'),
}).register(COMPONENTS, { id: 'CreateUserRequest' })
export type CreateUserRequest = z.infer<typeof CreateUserRequest>

/** What is left out is as for a new user, not as it was. */
export const PutUserRequest = closedObject({
  password: Password.optional(),
  role: UserRole.optional().describe('`user` by default'),
}).register(COMPONENTS, { id: 'PutUserRequest' })
export type PutUserRequest = z.infer<typeof PutUserRequest>

export const AlterUserRequest = closedObject({ password: Password.optional(), role: UserRole.optional() }).register(COMPONENTS, {
  id: 'AlterUserRequest',
})
export type AlterUserRequest = z.infer<typeof AlterUserRequest>
