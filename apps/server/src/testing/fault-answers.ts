/** What faults do to answers: other ones, late ones, none, and halves; and what the journal says of each. */
import type { FaultAction } from '@logbrook/contract/testing'
import { systemClock } from '@logbrook/kafka/clock'
import type { Clock } from '@logbrook/kafka/clock'
import { durationMs } from '@logbrook/kafka/duration'
import { renderError } from '../http/problems.ts'
import type { Surface } from '../http/surfaces.ts'
import { faultError } from './tested-request.ts'
import type { TestedRequest } from './tested-request.ts'
import { truncated } from './truncated.ts'

export interface FaultyAnswers {
  /** What is to be sent instead of `answer`, when it is time. */
  replace(tested: TestedRequest, answer: Response, surface: Surface): Promise<Response>
  /** Sends every answer that is held back. */
  release(): void
}

export function createFaultyAnswers(clock: Clock): FaultyAnswers {
  const held = new Set<() => void>()

  /** Also until the client has left, or the broker stops. */
  async function hold({ delay, time }: DelayAction, { env: { outgoing } }: TestedRequest): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = (time === 'real' ? systemClock : clock).after(durationMs(delay) ?? 0, resolve)
    held.add(resolve)
    outgoing.once('close', resolve)
    await promise
    outgoing.off('close', resolve)
    held.delete(resolve)
    timer.cancel()
  }

  return {
    async replace(tested, answer, surface) {
      const action = tested.takeRest()
      if (action === null) return await noted(tested, answer)
      if ('drop' in action) tested.cut()
      if ('delay' in action) await hold(action, tested)
      const response = await noted(tested, 'error' in action ? renderError(faultError(action.error), surface) : answer)
      return 'truncate' in action ? await truncated(response, action.truncate, tested) : response
    },
    release() {
      for (const resolve of held) resolve()
    },
  }
}

type DelayAction = Extract<FaultAction, { readonly delay: unknown }>

/** The answer, once the journal has its status, and its code if it is one of failure: those are short. */
async function noted(tested: TestedRequest, answer: Response): Promise<Response> {
  const { status, headers } = answer
  if (status < 400 || answer.body === null) {
    tested.noteAnswer(status, null)
    return answer
  }
  const text = await answer.text()
  tested.noteAnswer(status, (JSON.parse(text) as { readonly code: string }).code)
  return new Response(text, { status, headers })
}
