/** `/v1/testing/journal`. */
import type { Controls } from '../../../testing/controls.ts'
import { journalBody } from '../../../testing/journal-body.ts'
import type { App } from '../../context.ts'
import { closedQuery } from '../../query.ts'

const PATH = '/v1/testing/journal'

export function registerJournal(app: App, controls: Promise<Controls>): void {
  app.get(PATH, async (c) => {
    closedQuery(c.env, [])
    const { journal } = await controls
    return c.json(journalBody({ entries: journal.entries(), dropped: journal.dropped }))
  })

  app.delete(PATH, async (c) => {
    closedQuery(c.env, [])
    const { journal } = await controls
    journal.clear()
    return c.body(null, 204)
  })
}
