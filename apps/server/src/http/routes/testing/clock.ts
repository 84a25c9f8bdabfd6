/** `/v1/testing/clock`. */
import type { ClockBody } from '@logbrook/contract/testing'
import { AdvanceClockRequest } from '@logbrook/contract/testing'
import type { Duration } from '@logbrook/kafka/duration'
import { KafkaError } from '@logbrook/kafka/errors'
import type { FixtureClock } from '../../../testing/clock.ts'
import type { Controls } from '../../../testing/controls.ts'
import type { App } from '../../context.ts'
import { bodyAs } from '../../described-body.ts'
import { closedQuery } from '../../query.ts'

export function registerClock(app: App, controls: Promise<Controls>): void {
  app.get('/v1/testing/clock', async (c) => {
    closedQuery(c.env, [])
    const { clock } = await controls
    return c.json(clockBody(clock))
  })

  app.post('/v1/testing/clock/advance', async (c) => {
    const { clock } = await controls
    const { by } = await bodyAs(c.env, async () => AdvanceClockRequest)
    if (clock.kind === 'system') {
      throw new KafkaError('POLICY_VIOLATION', "the clock is the machine's, which no test moves; start the broker with --clock manual")
    }
    await clock.advance(by as Duration)
    return c.json(clockBody(clock))
  })
}

function clockBody(clock: FixtureClock): ClockBody {
  return { clock: clock.kind, now: clock.now() }
}
