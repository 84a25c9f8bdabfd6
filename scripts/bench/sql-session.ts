/** A user who may do what SQL can do, and what they do with it. */
import { assertOk } from './client.ts'
import type { Client } from './client.ts'

const DBA = { user: 'bench-dba', password: 'the password of a dba' }

/** The header that says who it is. */
export type Session = Readonly<Record<'authorization', string>>

/** Makes the user. */
export async function logInAsDba(client: Client): Promise<Session> {
  assertOk(await client.post('/v1/kafka/users', JSON.stringify({ name: DBA.user, password: DBA.password, role: 'dba' })))
  const session = assertOk(await client.post('/v1/api/auth/login', JSON.stringify(DBA)))
  const { access_token: token } = JSON.parse(session.toString()) as { readonly access_token: string }
  return { authorization: `Bearer ${token}` }
}

interface Answer {
  readonly results: readonly { readonly rows?: readonly (readonly unknown[])[] }[]
}

/** Runs one statement, and answers its rows. */
export async function runSql(client: Client, session: Session, sql: string): Promise<readonly (readonly unknown[])[]> {
  const answer = JSON.parse(assertOk(await client.post('/v1/api/sql', JSON.stringify({ sql }), session)).toString()) as Answer
  return answer.results[0]?.rows ?? []
}
