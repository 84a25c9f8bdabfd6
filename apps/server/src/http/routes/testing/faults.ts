/** `/v1/testing/faults`. */
import type { FaultBody, FaultList, FaultRule } from '@logbrook/contract/testing'
import { KafkaError } from '@logbrook/kafka/errors'
import type { Controls } from '../../../testing/controls.ts'
import type { Fault } from '../../../testing/faults.ts'
import type { App } from '../../context.ts'
import { describingBody } from '../../described-body.ts'
import { closedQuery, wholeNumber } from '../../query.ts'

const PATH = '/v1/testing/faults'

export function registerFaults(app: App, controls: Promise<Controls>): void {
  app.get(PATH, async (c) => {
    closedQuery(c.env, [])
    const { faults } = await controls
    return c.json({ faults: faults.list().map(faultBody) } satisfies FaultList)
  })

  app.post(PATH, async (c) => {
    const { faults } = await controls
    // What it is given is checked where it is added.
    const fault = faults.add((await describingBody(c.env)) as FaultRule)
    return c.json(faultBody(fault), 201)
  })

  app.delete(PATH, async (c) => {
    closedQuery(c.env, [])
    const { faults } = await controls
    faults.clear()
    return c.body(null, 204)
  })

  app.delete(`${PATH}/:fault`, async (c) => {
    closedQuery(c.env, [])
    const { faults } = await controls
    const id = wholeNumber('fault', c.req.param('fault'))
    const fault = faults.list().find((candidate) => candidate.id === id)
    if (fault === undefined) throw new KafkaError('RESOURCE_NOT_FOUND', `there is no fault ${id}`)
    fault.remove()
    return c.body(null, 204)
  })
}

function faultBody({ id, match, do: action, matched, fired }: Fault): FaultBody {
  return { fault: id, match, do: action, matched, fired }
}
