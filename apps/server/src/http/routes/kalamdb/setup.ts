/** The first-run setup: `POST /v1/api/auth/setup`, `GET /v1/api/auth/status` (contract 3.6). From this machine, unless configured otherwise. */
import type { SetupResponse, SetupStatus } from '@logbrook/contract/sessions'
import { KafkaError } from '@logbrook/kafka/errors'
import type { App, Bindings, RouteContext } from '../../context.ts'
import { kalamdbBodyAs } from './json-body.ts'
import { setupUserBody } from './session-user.ts'

export function registerSetup(app: App, { broker, options, proximity, clientAddress }: RouteContext): void {
  const { sessions } = broker
  const { setup } = sessions

  app.post('/v1/api/auth/setup', async (c) => {
    sessions.admit(clientAddress(c.env.incoming))
    assertNear(c.env, 'Server setup can only be performed from localhost')
    const { user, username, password, root_password: rootPassword, email = null } = await kalamdbBodyAs(c.env, loadSetupRequest)
    const dba = await setup.run({ user: (user ?? username)!, password, rootPassword, email })
    const message = `Server setup complete: root has a password, and user '${dba.name}' is a dba. Please login to continue.`
    return c.json({ user: setupUserBody(dba), message } satisfies SetupResponse)
  })

  app.get('/v1/api/auth/status', (c) => {
    assertNear(c.env, 'Setup status can only be checked from localhost')
    const needed = setup.isNeeded()
    const message = needed
      ? 'Server requires initial setup: POST /v1/api/auth/setup with user, password, root_password and, if you like, email.'
      : 'Server is configured and ready.'
    return c.json({ needs_setup: needed, message } satisfies SetupStatus)
  })

  function assertNear({ incoming }: Bindings, message: string): void {
    if (options.remoteSetup !== true && !proximity.isLocal(incoming)) throw new KafkaError('POLICY_VIOLATION', message)
  }
}

async function loadSetupRequest() {
  const { SetupRequest } = await import('@logbrook/contract/sessions')
  return SetupRequest
}
