/** What every route is made from, and what a request carries while it is answered. */
import type { HttpBindings } from '@hono/node-server'
import type { Broker } from '@logbrook/broker/broker'
import type { Clock } from '@logbrook/kafka/clock'
import type { Storage } from '@logbrook/storage/storage'
import type { Context, Hono } from 'hono'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import type { ServerOptions } from '../server-options.ts'
import type { SqlOnDemand } from '../sql-on-demand.ts'
import type { ClientAddress } from './client-address.ts'
import type { Exchange } from './exchange.ts'
import type { Proximity } from './proximity.ts'
import type { Waits } from './waits.ts'

export interface RouteContext {
  readonly broker: Broker
  readonly storage: Storage
  readonly sql: SqlOnDemand
  readonly clock: Clock
  readonly options: ServerOptions
  readonly metrics: Metrics
  readonly logger: Logger
  /** Everything that waits on behalf of a client: `waits.open(outgoing)` gives the signal that ends it. */
  readonly waits: Waits
  readonly clientAddress: ClientAddress
  readonly proximity: Proximity
}

/** Node's own request and response, and our notes on the exchange. */
export type Bindings = HttpBindings & { readonly exchange: Exchange }

// oxlint-disable-next-line typescript/consistent-type-definitions -- Hono asks for a type that an interface is not
export type AppEnv = { Bindings: Bindings }
export type App = Hono<AppEnv>
export type RequestContext = Context<AppEnv>
