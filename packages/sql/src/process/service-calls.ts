/** The broker's services, as an engine reaches them: each call is a message, and so is its answer. */
import type { FromEngine, ToEngine } from '../protocol.ts'
import type { BrokerServices } from '../services.ts'
import { fromErrorData } from './error-data.ts'

interface ServiceCalls {
  readonly services: BrokerServices
  settle(answer: Extract<ToEngine, { readonly kind: 'answered' | 'refused' }>): void
}

export function createServiceCalls(send: (message: FromEngine) => void): ServiceCalls {
  const pending = new Map<number, PromiseWithResolvers<unknown>>()
  let calls = 0

  function call(method: string, args: readonly unknown[]): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>()
    pending.set(++calls, answer)
    send({ kind: 'call', call: calls, method, args })
    return answer.promise
  }

  return {
    // All of its methods are asynchronous and take and give plain data.
    services: new Proxy({} as BrokerServices, {
      get: (_, method) => (typeof method === 'string' ? (...args: readonly unknown[]) => call(method, args) : undefined),
    }),
    settle(answer) {
      const asked = pending.get(answer.call)
      pending.delete(answer.call)
      if (answer.kind === 'answered') asked?.resolve(answer.value)
      else asked?.reject(fromErrorData(answer.error))
    },
  }
}
