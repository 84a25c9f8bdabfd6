/** What a test does to a broker that runs beside it as a process of its own; the doors of `/v1/testing/*` lead here. */
import type { PermissionExplanation } from '@logbrook/broker/permissions'
import { KafkaError } from '@logbrook/kafka/errors'
import { SNAPSHOTS_MAX } from '@logbrook/kafka/limits'
import type { Contents } from '../server.ts'
import type { FixtureClock } from './clock.ts'
import type { Faults } from './faults.ts'
import type { Interception } from './interception.ts'
import type { Journal } from './journal.ts'
import { explainPermission } from './permissions.ts'
import type { PermissionQuestion } from './permissions.ts'
import type { RestorableServer } from './restorable-server.ts'

export interface Controls {
  readonly faults: Faults
  readonly journal: Journal
  readonly clock: FixtureClock
  readonly snapshots: Snapshots
  /** Back to what there was at first, without faults and with an empty journal. */
  readonly reset: () => Promise<void>
  /** @throws KafkaError INVALID_REQUEST naming the field */
  readonly explain: (question: PermissionQuestion) => PermissionExplanation
}

/** Kept until they are forgotten. */
interface Snapshots {
  /** Answers its name. @throws KafkaError POLICY_VIOLATION when there are `SNAPSHOTS_MAX` */
  take(): Promise<string>
  /** @throws KafkaError RESOURCE_NOT_FOUND */
  restore(name: string): Promise<void>
  /** @throws KafkaError RESOURCE_NOT_FOUND */
  forget(name: string): void
}

interface Moment {
  readonly contents: Contents
  readonly nowMs: number
}

export async function createControls(server: RestorableServer, clock: FixtureClock, { faults, journal }: Interception): Promise<Controls> {
  const kept = new Map<string, Moment>()
  let taken = 0
  const initial = await take()

  async function take(): Promise<Moment> {
    return { contents: await server.snapshot(), nowMs: clock.now() }
  }

  function setTime(ms: number): void {
    if (clock.kind === 'manual') clock.set(ms)
  }

  async function putBack({ contents, nowMs }: Moment, meanwhile = () => {}): Promise<void> {
    await server.restore(contents, () => {
      const beforeMs = clock.now()
      setTime(nowMs)
      meanwhile()
      return () => setTime(beforeMs)
    })
  }

  function existing(name: string): Moment {
    const moment = kept.get(name)
    if (moment === undefined) throw new KafkaError('RESOURCE_NOT_FOUND', `there is no snapshot ${JSON.stringify(name)}`)
    return moment
  }

  return {
    faults,
    journal,
    clock,
    snapshots: {
      async take() {
        if (kept.size >= SNAPSHOTS_MAX) {
          throw new KafkaError('POLICY_VIOLATION', `there are ${kept.size} snapshots; the limit is ${SNAPSHOTS_MAX}: forget some`)
        }
        const name = String(++taken)
        kept.set(name, await take())
        return name
      },
      restore: (name) => putBack(existing(name)),
      forget(name) {
        existing(name)
        kept.delete(name)
      },
    },
    reset: () =>
      putBack(initial, () => {
        faults.clear()
        journal.clear()
      }),
    explain: (question) => explainPermission(server.broker.permissions, question),
  }
}
