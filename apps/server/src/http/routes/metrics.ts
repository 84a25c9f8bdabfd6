/** `GET /metrics`, for Prometheus. Topics' names are in it: asks for DESCRIBE on the cluster. */
import { CLUSTER } from '@logbrook/broker/permissions'
import { basicCaller } from '../caller.ts'
import type { App, RouteContext } from '../context.ts'

export function registerMetrics(app: App, context: RouteContext): void {
  const { broker, storage, metrics } = context

  app.get('/metrics', async (c) => {
    broker.permissions.require(await basicCaller(c.env, context), 'DESCRIBE', CLUSTER)
    const text = await metrics.scrape(storage)
    return c.body(text, 200, { 'Content-Type': metrics.contentType })
  })
}
