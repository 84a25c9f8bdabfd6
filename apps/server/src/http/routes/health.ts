/** For whoever starts and watches the process. Open: asks for no credentials and no permission. */
import { KafkaError } from '@logbrook/kafka/errors'
import type { App, RouteContext } from '../context.ts'

export function registerHealth(app: App, { storage, waits }: RouteContext): void {
  app.get('/livez', (c) => c.json({ status: 'ok' }))

  app.get('/readyz', async (c) => {
    if (waits.stopping) throw new KafkaError('SHUTTING_DOWN', 'the broker is stopping')
    await storage.log.topics()
    return c.json({ status: 'ok' })
  })
}
