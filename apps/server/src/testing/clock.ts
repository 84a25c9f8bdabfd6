/** The broker's time, in the hands of a test. */
import type { Retention } from '@logbrook/broker/retention'
import { createManualClock, systemClock } from '@logbrook/kafka/clock'
import type { Clock } from '@logbrook/kafka/clock'
import { durationMs, durationProblem } from '@logbrook/kafka/duration'
import type { Duration } from '@logbrook/kafka/duration'
import { KafkaError } from '@logbrook/kafka/errors'
import { parseTime, TIME_MS_MAX } from './time.ts'

export interface FixtureClock {
  readonly kind: 'manual' | 'system'
  /** The broker's wall clock, in epoch milliseconds. */
  now(): number
  /**
   * Moves a manual clock forward. What is due on the way happens, each at its own time: long polls end, waiting and refusals run out.
   * Resolves when retention has been enforced as of the new time.
   */
  advance(by: Duration): Promise<void>
  /** Sets a manual clock's wall time, also backwards, as an operator or NTP would. What waits keeps its remaining time. */
  set(time: number | string | Date): void
}

export interface FixtureClockOptions {
  readonly kind: 'manual' | 'system'
  /** Where a manual clock begins. */
  readonly nowMs: number | undefined
}

export interface ClockPair {
  /** What the broker goes by. */
  readonly clock: Clock
  /** @param settle brings the broker up to the present time */
  inHand(settle: () => Promise<void>): FixtureClock
}

export function createClock({ kind, nowMs }: FixtureClockOptions): ClockPair {
  if (kind === 'system') return { clock: systemClock, inHand: () => systemFixtureClock }
  const clock = createManualClock(nowMs)
  return {
    clock,
    inHand: (settle) => ({
      kind,
      now: () => clock.now(),
      async advance(by) {
        clock.advance(stepOf(by, clock.now()))
        await settle()
      },
      set: (time) => clock.set(parseTime(time, 'clock.set')),
    }),
  }
}

/** Whole milliseconds. @throws KafkaError INVALID_REQUEST */
function stepOf(by: Duration, nowMs: number): number {
  const ms = durationMs(by)
  if (ms === null) throw new KafkaError('INVALID_REQUEST', `clock.advance: ${durationProblem(by)}`)
  if (nowMs + ms > TIME_MS_MAX)
    throw new KafkaError('INVALID_REQUEST', `clock.advance: ${JSON.stringify(by)} leads beyond the last day there is`)
  return Math.round(ms)
}

const systemFixtureClock: FixtureClock = {
  kind: 'system',
  now: () => systemClock.now(),
  async advance() {
    throw immovable()
  },
  set() {
    throw immovable()
  },
}

function immovable(): KafkaError {
  return new KafkaError('INVALID_REQUEST', "the clock is the machine's, which no test moves; create the broker with clock: 'manual'")
}

/** Brings a broker up to the present time. */
export async function catchUp(retention: Retention): Promise<void> {
  // The first joins a round that the clock began on its way; the second sees the present.
  await retention.enforce()
  await retention.enforce()
}
