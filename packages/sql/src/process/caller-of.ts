import type { Caller } from '@logbrook/broker/caller'
import { principalOf } from '@logbrook/kafka/principal'
import type { SqlCaller } from '../services.ts'

/** Who a statement runs for, to the use cases. */
export function callerOf({ user, host }: SqlCaller): Caller {
  return { principal: principalOf(user), host }
}
