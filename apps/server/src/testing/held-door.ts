/** A door that can be held shut for a moment, in which what is behind it changes. Who comes meanwhile waits in front of it. */
import type { ServerResponse } from 'node:http'
import { systemClock } from '@logbrook/kafka/clock'
import { RESTORE_WAIT_MS_MAX } from '@logbrook/kafka/limits'
import type { Door } from '../http/app.ts'
import type { Interior } from '../server.ts'

export interface HeldDoor {
  readonly door: Door
  /** Runs `work` when the requests under way are answered, but for those that wait for something, and before others are let in. */
  whileShut(work: () => Promise<void>): Promise<void>
}

/** @param inside what is behind the door now */
export function createHeldDoor(inside: () => Interior): HeldDoor {
  let shut: Promise<void> | undefined
  const underWay = new Map<ServerResponse, Promise<Response>>()

  const door: Door = {
    answer(request, env) {
      if (shut !== undefined) return shut.then(() => door.answer(request, env))
      const answer = inside().door.answer(request, env)
      if (!(answer instanceof Promise)) return answer
      underWay.set(env.outgoing, answer)
      return answer.finally(() => underWay.delete(env.outgoing))
    },
    refuse: (error) => inside().door.refuse(error),
    upgrades: {
      accepts: (incoming) => inside().door.upgrades.accepts(incoming),
      upgrade(incoming, socket, head) {
        if (shut === undefined) inside().door.upgrades.upgrade(incoming, socket, head)
        else void shut.then(() => door.upgrades.upgrade(incoming, socket, head))
      },
      stop: () => inside().door.upgrades.stop(),
    },
  }

  async function answered(): Promise<void> {
    const { waits } = inside()
    const awaited = Array.from(underWay, ([outgoing, answer]) => Promise.race([answer, waits.opened(outgoing)]))
    const { promise: late, resolve: giveUp } = Promise.withResolvers<void>()
    const timer = systemClock.after(RESTORE_WAIT_MS_MAX, giveUp)
    await Promise.race([Promise.allSettled(awaited), late])
    timer.cancel()
  }

  return {
    door,
    async whileShut(work) {
      const { promise, resolve: open } = Promise.withResolvers<void>()
      shut = promise
      try {
        await answered()
        await work()
      } finally {
        shut = undefined
        open()
      }
    },
  }
}
