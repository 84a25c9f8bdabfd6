/**
 * For whoever starts and watches the process. Open: asks for no credentials and no permission.
 *
 * A broker that listens has opened its log, and is ready from then until it stops. A disk that fails later is told by each request
 * that it fails: to send all of them elsewhere, also those that can still be answered, would be no help where there is one broker.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import type { App, RouteContext } from '../context.ts'

export function registerHealth(app: App, { waits }: RouteContext): void {
  app.get('/livez', (c) => c.json({ status: 'ok' }))

  app.get('/readyz', (c) => {
    if (waits.stopping) throw new KafkaError('SHUTTING_DOWN', 'the broker is stopping')
    return c.json({ status: 'ok' })
  })
}
