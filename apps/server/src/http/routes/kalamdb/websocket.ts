/** `GET /v1/ws`, where it does not become a WebSocket (contract 7.1). */
import { KafkaError } from '@logbrook/kafka/errors'
import type { App, RouteContext } from '../../context.ts'
import { createOriginRules } from '../../origins.ts'
import { WEBSOCKET_PATH } from '../../websocket/upgrades.ts'

const UPGRADE_REQUIRED = 426

export function registerWebSocket(app: App, { options, waits }: RouteContext): void {
  const origins = createOriginRules(options.corsOrigins)

  app.get(WEBSOCKET_PATH, (c) => {
    const { incoming } = c.env
    if (!origins.acceptsSocket(incoming)) {
      const { origin } = incoming.headers
      throw new KafkaError('POLICY_VIOLATION', `a page of ${JSON.stringify(origin)} may not connect; --cors-origins lets other origins in`)
    }
    if (waits.stopping) throw new KafkaError('SHUTTING_DOWN', 'the broker is stopping')
    return c.text('this is a WebSocket: ask for an upgrade\n', UPGRADE_REQUIRED, { Connection: 'Upgrade', Upgrade: 'websocket' })
  })
}
