/** Sessions of the KalamDB dialect: `/v1/api/auth`. */
import { LOGIN_PASSWORD_LENGTH_MAX, LOGIN_USER_LENGTH_MAX } from '@logbrook/kafka/limits'
import { ROLES } from '@logbrook/kafka/users'
import { z } from 'zod'
import { closedObject } from './closed-object.ts'
import { COMPONENTS } from './components.ts'

/** What sessions answer that went wrong. */
export const SessionError = z
  .object({ error: z.string().describe('`unauthorized`, `account_locked`, `forbidden`, `rate_limited`, …'), message: z.string() })
  .register(COMPONENTS, { id: 'SessionError' })
export type SessionError = z.infer<typeof SessionError>

const UserId = z.string().max(LOGIN_USER_LENGTH_MAX)
const Password = z.string().max(LOGIN_PASSWORD_LENGTH_MAX)
const NAMED = { user: UserId.optional(), username: UserId.optional().describe('another name for `user`') }
const ONE_NAME = { error: 'exactly one of user and username is required' }

function hasOneName({ user, username }: { readonly user?: unknown; readonly username?: unknown }): boolean {
  return (user === undefined) !== (username === undefined)
}

export const LoginRequest = closedObject({ ...NAMED, password: Password })
  .refine(hasOneName, ONE_NAME)
  .register(COMPONENTS, { id: 'LoginRequest' })
export type LoginRequest = z.infer<typeof LoginRequest>

export const SetupRequest = closedObject({
  ...NAMED,
  password: Password,
  root_password: Password,
  email: z.string().nullable().optional(),
})
  .refine(hasOneName, ONE_NAME)
  .register(COMPONENTS, { id: 'SetupRequest' })
export type SetupRequest = z.infer<typeof SetupRequest>

const Time = z.iso.datetime().describe('RFC 3339')

const SETUP_USER = {
  id: z.string(),
  role: z.enum(ROLES),
  email: z.string().nullable(),
  created_at: Time,
  updated_at: Time.describe('when password or role were last changed'),
}

export const SessionUser = z.object({ ...SETUP_USER, name: z.null().describe('users have none beside their id') }).register(COMPONENTS, {
  id: 'SessionUser',
})
export type SessionUser = z.infer<typeof SessionUser>

const ADMIN_UI_ACCESS = { admin_ui_access: z.boolean().describe('whether the role is `dba` or `system`') }

export const SessionResponse = z
  .object({
    user: SessionUser,
    ...ADMIN_UI_ACCESS,
    expires_at: Time,
    access_token: z.string(),
    refresh_token: z.string(),
    refresh_expires_at: Time,
  })
  .register(COMPONENTS, { id: 'SessionResponse' })
export type SessionResponse = z.infer<typeof SessionResponse>

export const MeResponse = z.object({ user: SessionUser, ...ADMIN_UI_ACCESS }).register(COMPONENTS, { id: 'MeResponse' })
export type MeResponse = z.infer<typeof MeResponse>

export const LogoutResponse = z.object({ message: z.literal('Logged out successfully') }).register(COMPONENTS, { id: 'LogoutResponse' })
export type LogoutResponse = z.infer<typeof LogoutResponse>

export const SetupResponse = z.object({ user: z.object(SETUP_USER), message: z.string() }).register(COMPONENTS, { id: 'SetupResponse' })
export type SetupResponse = z.infer<typeof SetupResponse>

export const SetupStatus = z.object({ needs_setup: z.boolean(), message: z.string() }).register(COMPONENTS, { id: 'SetupStatus' })
export type SetupStatus = z.infer<typeof SetupStatus>
