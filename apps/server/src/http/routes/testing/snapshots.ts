/**
 * `/v1/testing/snapshots`, and the one that there always is: `/v1/testing/reset`.
 *
 * What is put back is put back when all requests are answered but those that wait, of which the one that asks for it has to be one.
 */
import type { SnapshotBody } from '@logbrook/contract/testing'
import type { Controls } from '../../../testing/controls.ts'
import type { App } from '../../context.ts'
import { closedQuery } from '../../query.ts'
import type { Waits } from '../../waits.ts'

const PATH = '/v1/testing/snapshots'

export function registerSnapshots(app: App, controls: Promise<Controls>, waits: Waits): void {
  app.post(PATH, async (c) => {
    closedQuery(c.env, [])
    const { snapshots } = await controls
    return c.json({ snapshot: await snapshots.take() } satisfies SnapshotBody, 201)
  })

  app.delete(`${PATH}/:snapshot`, async (c) => {
    closedQuery(c.env, [])
    const { snapshots } = await controls
    snapshots.forget(c.req.param('snapshot'))
    return c.body(null, 204)
  })

  app.post(`${PATH}/:snapshot/restore`, async (c) => {
    closedQuery(c.env, [])
    const { snapshots } = await controls
    waits.open(c.env.outgoing)
    await snapshots.restore(c.req.param('snapshot'))
    return c.body(null, 204)
  })

  app.post('/v1/testing/reset', async (c) => {
    closedQuery(c.env, [])
    const { reset } = await controls
    waits.open(c.env.outgoing)
    await reset()
    return c.body(null, 204)
  })
}
