import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createManualClock, systemClock } from '@logbrook/kafka/clock'

test('a manual clock stands still until it is told to move', () => {
  const clock = createManualClock(1_000)
  assert.equal(clock.now(), 1_000)
  clock.advance(250)
  assert.equal(clock.now(), 1_250)
})

test('advancing fires each due timer at its own time, in order', () => {
  const clock = createManualClock(0)
  const fired: string[] = []
  clock.after(30, () => fired.push(`b at ${clock.now()}`))
  clock.after(10, () => fired.push(`a at ${clock.now()}`))
  clock.after(31, () => fired.push('too early'))
  clock.advance(30)
  assert.deepEqual(fired, ['a at 10', 'b at 30'])
})

test('a timer started by a timer fires in the same advance when it is due', () => {
  const clock = createManualClock(0)
  const firedMs: number[] = []
  const again = (): void => {
    firedMs.push(clock.now())
    clock.after(10, again)
  }
  clock.after(10, again)
  clock.advance(35)
  assert.deepEqual(firedMs, [10, 20, 30])
})

test('a cancelled timer never fires, and cancelling twice is harmless', () => {
  const clock = createManualClock(0)
  const timer = clock.after(10, () => assert.fail('fired'))
  timer.cancel()
  timer.cancel()
  clock.advance(100)
  const system = systemClock.after(0, () => assert.fail('fired'))
  system.cancel()
  system.cancel()
})

test('setting the clock back leaves timers their remaining time', () => {
  const clock = createManualClock(10_000)
  let firedMs: number | undefined
  clock.after(50, () => (firedMs = clock.now()))
  clock.set(1_000)
  clock.advance(49)
  assert.equal(firedMs, undefined)
  clock.advance(1)
  assert.equal(firedMs, 1_050)
})

test('the system clock tells the time, fires, and takes delays longer than a timer of Node can hold', async () => {
  const beforeMs = Date.now()
  assert.ok(systemClock.now() >= beforeMs)
  const long = systemClock.after(Number.MAX_SAFE_INTEGER, () => assert.fail('fired at once'))
  // A pending timer of the system clock does not hold the process: this one does.
  const hold = setInterval(() => {}, 1_000)
  await new Promise<void>((resolve) => void systemClock.after(1, resolve))
  clearInterval(hold)
  long.cancel()
})
