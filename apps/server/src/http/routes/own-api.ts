/** Our own API: administration, producing, following, and what machines and people ask of a broker. */
import type { App, RouteContext } from '../context.ts'
import { registerAcls } from './acls.ts'
import { registerExplain } from './explain.ts'
import { registerGroups } from './groups.ts'
import { registerHealth } from './health.ts'
import { registerHome } from './home.ts'
import { registerMetrics } from './metrics.ts'
import { registerOffsets } from './offsets.ts'
import { registerOpenApi } from './openapi.ts'
import { registerRecords } from './records.ts'
import { registerTail } from './tail.ts'
import { registerTopics } from './topics.ts'
import { registerTrim } from './trim.ts'
import { registerUsers } from './users.ts'

export function registerOwnRoutes(app: App, context: RouteContext): void {
  registerTopics(app, context)
  registerOffsets(app, context)
  registerTrim(app, context)
  registerRecords(app, context)
  registerTail(app, context)
  registerGroups(app, context)
  registerUsers(app, context)
  registerAcls(app, context)
  registerExplain(app, context)
  registerHealth(app, context)
  registerMetrics(app, context)
  registerOpenApi(app, context)
  registerHome(app, context)
  context.options.controls?.register(app, context)
}
