/** The KalamDB dialect. */
import type { App, RouteContext } from '../../context.ts'
import { registerSessions } from './auth.ts'
import { registerFiles } from './files.ts'
import { registerServerHealth } from './health.ts'
import { registerSetup } from './setup.ts'
import { registerSql } from './sql.ts'
import { registerTopicConsumers } from './topics.ts'
import { registerWebSocket } from './websocket.ts'

export function registerKalamdb(app: App, context: RouteContext): void {
  registerServerHealth(app, context)
  registerSessions(app, context)
  registerSetup(app, context)
  registerTopicConsumers(app, context)
  registerSql(app, context)
  registerWebSocket(app, context)
  registerFiles(app, context)
}
