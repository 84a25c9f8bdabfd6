/** `test` whose context has a broker, made for each test that asks for it. */
import { Logbrook } from 'logbrook/testing'
import { test as base } from 'vitest'

export const test = base.extend('broker', async ({ task, onTestFailed }, { onCleanup }) => {
  // What the broker held when the test fails is left in logbrook-failures, with the journal of requests.
  const broker = await Logbrook.create({ topics: { audit: {} }, keepOnFailure: { test: { task, onTestFailed } } })
  onCleanup(() => broker.stop())
  return broker
})
