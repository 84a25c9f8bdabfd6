import type { Principal } from '@logbrook/kafka/principal'

/** On whose behalf a use case runs. */
export interface Caller {
  readonly principal: Principal
  /** The client's address, for bindings that name hosts. */
  readonly host: string
}
