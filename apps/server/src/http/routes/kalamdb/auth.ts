/** `/v1/api/auth`: sessions of the KalamDB dialect (contract 3). */
import type { Session } from '@logbrook/broker/sessions/sessions'
import type { LogoutResponse, MeResponse, SessionResponse } from '@logbrook/contract/sessions'
import type { App, RequestContext, RouteContext } from '../../context.ts'
import { userOf } from './bearer.ts'
import { endCookies, setCookies } from './cookies.ts'
import { kalamdbBodyAs } from './json-body.ts'
import { accessTokenOf, refreshTokenOf } from './session-tokens.ts'
import { isAdmin, rfc3339, sessionUserBody } from './session-user.ts'

export function registerSessions(app: App, context: RouteContext): void {
  const { sessions } = context.broker

  app.post('/v1/api/auth/login', async (c) => {
    sessions.admit(context.clientAddress(c.env.incoming))
    const { user, username, password } = await kalamdbBodyAs(c.env, loadLoginRequest)
    return answerSession(c, await sessions.login({ user: (user ?? username)!, password }))
  })

  app.post('/v1/api/auth/refresh', async (c) => {
    sessions.admit(context.clientAddress(c.env.incoming))
    return answerSession(c, await sessions.refresh(refreshTokenOf(c)))
  })

  app.post('/v1/api/auth/logout', (c) => {
    endCookies(c, context)
    return c.json({ message: 'Logged out successfully' } satisfies LogoutResponse)
  })

  app.get('/v1/api/auth/me', async (c) => {
    const user = userOf(await sessions.identify(accessTokenOf(c)))
    return c.json({ user: sessionUserBody(user), admin_ui_access: isAdmin(user) } satisfies MeResponse)
  })

  function answerSession(c: RequestContext, { user, access, refresh }: Session): Response {
    setCookies(c, context, { access, refresh })
    return c.json({
      user: sessionUserBody(user),
      admin_ui_access: isAdmin(user),
      expires_at: rfc3339(access.expiresMs),
      access_token: access.token,
      refresh_token: refresh.token,
      refresh_expires_at: rfc3339(refresh.expiresMs),
    } satisfies SessionResponse)
  }
}

async function loadLoginRequest() {
  const { LoginRequest } = await import('@logbrook/contract/sessions')
  return LoginRequest
}
