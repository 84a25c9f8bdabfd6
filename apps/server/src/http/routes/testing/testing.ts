/**
 * `/v1/testing/*`: what a test in another process, and so in any language, does to the broker that it has started. Open: whoever can
 * connect holds the broker in their hands, for which it listens to this machine alone, and to no page of another origin.
 */
import type { Controls } from '../../../testing/controls.ts'
import type { App } from '../../context.ts'
import type { Waits } from '../../waits.ts'
import { registerClock } from './clock.ts'
import { registerFaults } from './faults.ts'
import { registerJournal } from './journal.ts'
import { registerSnapshots } from './snapshots.ts'
import { registerTestExplain } from './explain.ts'

/** @param controls are there when the broker has started */
export function registerTestingRoutes(app: App, controls: Promise<Controls>, waits: Waits): void {
  registerFaults(app, controls)
  registerJournal(app, controls)
  registerClock(app, controls)
  registerSnapshots(app, controls, waits)
  registerTestExplain(app, controls)
}
