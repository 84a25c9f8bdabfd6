/** The two cookies of a session in a browser (contract 3.2). */
import type { SignedToken } from '@logbrook/broker/sessions/tokens'
import { setCookie } from 'hono/cookie'
import type { RequestContext, RouteContext } from '../../context.ts'

export const ACCESS_COOKIE = 'kalamdb_auth'
export const REFRESH_COOKIE = 'kalamdb_refresh'

export function setCookies(
  c: RequestContext,
  context: RouteContext,
  { access, refresh }: { readonly access: SignedToken; readonly refresh: SignedToken },
): void {
  setSessionCookie(c, context, ACCESS_COOKIE, access)
  setSessionCookie(c, context, REFRESH_COOKIE, refresh)
}

export function endCookies(c: RequestContext, context: RouteContext): void {
  for (const name of [ACCESS_COOKIE, REFRESH_COOKIE]) setSessionCookie(c, context, name, { token: '', expiresMs: 0 })
}

function setSessionCookie(c: RequestContext, { options, proximity }: RouteContext, name: string, { token, expiresMs }: SignedToken): void {
  setCookie(c, name, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    expires: new Date(expiresMs),
    secure: options.secureCookies !== false && proximity.isSecure(c.env.incoming),
  })
}
