/** The KalamDB dialect. */
import type { App, RouteContext } from '../../context.ts'
import { registerSessions } from './auth.ts'

export function registerKalamdb(app: App, context: RouteContext): void {
  registerSessions(app, context)
}
