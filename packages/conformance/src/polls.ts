/** Long polls under way, and how a case knows where they are without guessing at time. */
import type { Expectation, Request } from './case.ts'
import { fetchTopics } from './requests.ts'
import type { Entry } from './requests.ts'
import { fillRequest } from './scene.ts'
import type { Scene } from './scene.ts'

export interface Poll {
  /** Whether its answer has come. */
  answered(): boolean
  answers(expectation: Expectation): Promise<void>
  hangUp(): void
}

export function pollOf(entries: readonly Entry[], fields: Readonly<Record<string, unknown>> = {}): Request {
  return fetchTopics([['$TOPIC', ...entries]], { long_poll: true, ...fields })
}

/** Sends a long poll and comes back when the server waits on its behalf. */
export async function startPoll(scene: Scene, request: Request): Promise<Poll> {
  const before = await scene.hands.waitingLongPolls()
  const connection = await scene.open()
  let answered = false
  const response = connection.exchange(fillRequest(request, scene.names)).finally(() => {
    answered = true
    connection.close()
  })
  response.catch(() => {}) // A hang-up is meant.
  await untilWaiting(scene, before + 1)
  return {
    answered: () => answered,
    answers: async (expectation) => void scene.check(await response, expectation, 'the long poll'),
    hangUp: () => connection.close(),
  }
}

/** Questions that are asked before a count that does not come is given up: each is a round trip, not a time. */
const QUESTIONS_MAX = 2_000

export async function untilWaiting(scene: Scene, count: number): Promise<void> {
  let waiting = -1
  for (let question = 0; question < QUESTIONS_MAX; question++) {
    waiting = await scene.hands.waitingLongPolls()
    if (waiting === count) return
  }
  throw new Error(`${waiting} long polls wait; there should be ${count}`)
}
