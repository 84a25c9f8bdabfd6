/**
 * Session tokens: JSON Web Tokens, signed with HMAC-SHA-256 and with nothing else (RFC 7519; the claims are KalamDB's).
 *
 * - `credential` binds a token to the password that was the user's when it was issued: a keyed hash of the stored key, of which nothing can
 *   be learnt without the secret (docs/decisions/0010-sessions.md).
 * - Times are the clock's, in whole seconds; a token is taken within `TOKEN_LEEWAY_MS` of them.
 * - The library is loaded with the first token: a broker that nobody logs in to starts without it.
 */
import { createHmac } from 'node:crypto'
import type { Clock } from '@logbrook/kafka/clock'
import { ACCESS_TOKEN_MS, REFRESH_TOKEN_MS, TOKEN_LEEWAY_MS } from '@logbrook/kafka/limits'
import type { SessionSecretStore } from '@logbrook/kafka/session-secret'
import type { Role, ScramCredential } from '@logbrook/kafka/users'
import type { JWTPayload } from 'jose'

export type TokenKind = 'access' | 'refresh'

interface TokenSubject {
  readonly user: string
  readonly role: Role
  readonly email: string | null
  readonly credential: ScramCredential
}

export interface SignedToken {
  readonly token: string
  readonly expiresMs: number
}

/** What a token says, vouched for by its signature. */
export interface Claims {
  readonly kind: TokenKind
  readonly user: string
  readonly role: string
  /** `digestOf` the credential that it was issued for. */
  readonly credential: string
  readonly issuedMs: number
  readonly expiresMs: number
}

/** `wrong`: none of ours, signed under another secret, or from a time to come. */
type TokenProblem = 'wrong' | 'expired'

export interface Tokens {
  sign(kind: TokenKind, subject: TokenSubject): Promise<SignedToken>
  verify(token: string): Promise<Claims | TokenProblem>
  /** Whether it is past its end, or before its beginning, now. */
  timeProblem(claims: Claims): TokenProblem | null
  digestOf(credential: ScramCredential): Promise<string>
}

const ALGORITHM = 'HS256'
const ISSUER = 'kalamdb'
const LIFETIMES_MS: Readonly<Record<TokenKind, number>> = { access: ACCESS_TOKEN_MS, refresh: REFRESH_TOKEN_MS }
const REQUIRED_CLAIMS = ['sub', 'iat', 'exp', 'role', 'token_type', 'credential']

export function createTokens(secrets: SessionSecretStore, clock: Clock): Tokens {
  async function digestOf({ storedKey }: ScramCredential): Promise<string> {
    // Of no other use than this, although the key is the same.
    const hmac = createHmac('sha256', await secrets.secret()).update('credential:')
    return hmac.update(storedKey).digest('base64url')
  }

  function timeProblem({ issuedMs, expiresMs }: Claims): TokenProblem | null {
    if (expiresMs + TOKEN_LEEWAY_MS <= clock.now()) return 'expired'
    return issuedMs - TOKEN_LEEWAY_MS > clock.now() ? 'wrong' : null
  }

  return {
    digestOf,
    timeProblem,

    async sign(kind, { user, role, email, credential }) {
      const { SignJWT } = await import('jose/jwt/sign')
      const issued = Math.floor(clock.now() / 1000)
      const expires = issued + LIFETIMES_MS[kind] / 1000
      const token = await new SignJWT({ email, role, token_type: kind, credential: await digestOf(credential) })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
        .setSubject(user)
        .setIssuer(ISSUER)
        .setIssuedAt(issued)
        .setExpirationTime(expires)
        .sign(await secrets.secret())
      return { token, expiresMs: expires * 1000 }
    },

    async verify(token) {
      const [{ jwtVerify }, { JOSEError, JWTExpired }] = await Promise.all([import('jose/jwt/verify'), import('jose/errors')])
      try {
        const { payload } = await jwtVerify(token, await secrets.secret(), {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          requiredClaims: REQUIRED_CLAIMS,
          currentDate: new Date(clock.now()),
          clockTolerance: TOKEN_LEEWAY_MS / 1000,
        })
        const claims = claimsOf(payload)
        return claims === null ? 'wrong' : (timeProblem(claims) ?? claims)
      } catch (error) {
        if (error instanceof JWTExpired) return 'expired'
        if (error instanceof JOSEError) return 'wrong'
        throw error
      }
    },
  }
}

/** `null`: signed by us, and yet no token that we issue. */
function claimsOf({ sub, iat, exp, role, token_type: kind, credential }: JWTPayload): Claims | null {
  if (sub === undefined || iat === undefined || exp === undefined || typeof role !== 'string' || typeof credential !== 'string') return null
  if (kind !== 'access' && kind !== 'refresh') return null
  return { kind, user: sub, role, credential, issuedMs: iat * 1000, expiresMs: exp * 1000 }
}
