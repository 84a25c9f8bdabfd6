/** `/v1/testing/explain`: as `/v1/kafka/acls/explain`, for whoever holds the broker in their hands. */
import type { Controls } from '../../../testing/controls.ts'
import type { PermissionQuestion } from '../../../testing/permissions.ts'
import type { App } from '../../context.ts'
import { closedQuery } from '../../query.ts'
import { explanationBody } from '../explain.ts'

const FIELDS = ['principal', 'operation', 'topic', 'group', 'cluster', 'host'] as const

export function registerTestExplain(app: App, controls: Promise<Controls>): void {
  app.get('/v1/testing/explain', async (c) => {
    const { cluster, ...others } = closedQuery(c.env, FIELDS)
    const question = { ...others, cluster: cluster === 'true' ? true : cluster }
    const { explain } = await controls
    // What it is asked is checked where it is understood.
    return c.json(explanationBody(explain(question as unknown as PermissionQuestion)))
  })
}
