/**
 * For whoever starts and watches the process. Open: asks for no credentials and no permission.
 *
 * A broker that listens has opened its log, and is ready from then until it stops, but for the time in which its disk takes no writes.
 * It goes on answering reads in that time: where it is the only one, who only reads may as well ask `/livez`.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import type { App, RouteContext } from '../context.ts'

export function registerHealth(app: App, { storage, waits }: RouteContext): void {
  app.get('/livez', (c) => c.json({ status: 'ok' }))

  app.get('/readyz', (c) => {
    if (waits.stopping) throw new KafkaError('SHUTTING_DOWN', 'the broker is stopping')
    const failure = storage.writeFailure()
    if (failure !== undefined) throw new KafkaError('NOT_WRITABLE', `the disk takes no writes: ${failure}`)
    return c.json({ status: 'ok' })
  })
}
