import { createManualClock } from '@logbrook/kafka/clock'
import { silentLogger } from '../src/logger.ts'
import type { ServerOptions } from '../src/server-options.ts'

/** A broker in memory on a free port of this machine, open to everyone, on a clock that stands still, but for what `options` say. */
export function serverOptions(options: Partial<ServerOptions> = {}): ServerOptions {
  return {
    host: '127.0.0.1',
    port: 0,
    location: 'memory',
    durability: 'os',
    checkpoint: 'inline',
    authentication: 'none',
    acls: false,
    superUsers: [],
    allowWithoutBinding: false,
    allowedHosts: [],
    corsOrigins: [],
    intake: { successStatus: 200, rootTopic: null, bareObject: false },
    clock: createManualClock(),
    logger: silentLogger,
    random: () => 0,
    ...options,
  }
}
