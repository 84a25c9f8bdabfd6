/** A user who may do what SQL can do. */
import { assertOk } from './client.ts'
import type { Client } from './client.ts'

const DBA = { user: 'bench-dba', password: 'the password of a dba' }

/** Makes the user, and answers the header that says who it is. */
export async function logInAsDba(client: Client): Promise<{ readonly authorization: string }> {
  assertOk(await client.post('/v1/kafka/users', JSON.stringify({ name: DBA.user, password: DBA.password, role: 'dba' })))
  const session = assertOk(await client.post('/v1/api/auth/login', JSON.stringify(DBA)))
  const { access_token: token } = JSON.parse(session.toString()) as { readonly access_token: string }
  return { authorization: `Bearer ${token}` }
}
