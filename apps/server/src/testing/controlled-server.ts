/** A server that is started as any other, and that a test holds in its hands over HTTP. */
import { registerTestingRoutes } from '../http/routes/testing/testing.ts'
import type { ServerOptions } from '../server-options.ts'
import type { RunningServer } from '../server.ts'
import { catchUp, createClock } from './clock.ts'
import { createControls } from './controls.ts'
import type { Controls } from './controls.ts'
import { createInterception } from './interception.ts'
import { FIXTURE_PRINCIPAL } from './permissions.ts'
import { startRestorableServer } from './restorable-server.ts'

/**
 * @param kind of its clock: the machine's own, or one that only the test moves
 * @throws what `startServer` throws
 */
export async function startControlledServer(options: ServerOptions, kind: 'system' | 'manual'): Promise<RunningServer> {
  const clocks = createClock({ kind, nowMs: undefined })
  const { clock } = clocks
  const interception = createInterception({ clock, rootTopic: options.intake.rootTopic, hasControls: true })
  const { promise: controls, resolve } = Promise.withResolvers<Controls>()
  await using started = new AsyncDisposableStack()
  const server = started.use(
    await startRestorableServer(
      {
        ...options,
        clock,
        superUsers: [...options.superUsers, FIXTURE_PRINCIPAL],
        controls: { register: (app, { waits }) => registerTestingRoutes(app, controls, waits) },
      },
      { intercept: interception },
    ),
  )
  const clockInHand = clocks.inHand(() => catchUp(server.broker.retention))
  resolve(await createControls(server, clockInHand, interception))
  started.move()
  return server
}
