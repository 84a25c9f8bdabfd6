/** Tests that fail, and one that does not, each with a broker that is kept when its test has failed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Logbrook } from '../../../src/testing/testing.ts'

const topics = { logs: {} }

test('the broker is gone when the test fails', async (t) => {
  await using broker = await Logbrook.create({ topics, clock: 'manual', keepOnFailure: t })
  await broker.anonymous.produceValue('logs', 'of the first')
  assert.fail('on purpose')
})

test('a/broker: still here?', async (t) => {
  const broker = await Logbrook.create({ topics, auth: 'required', acls: [], keepOnFailure: { test: t, folder: 'kept here' } })
  t.after(() => broker.stop())
  await broker.topic('logs').produce(['of the second'])
  assert.fail('on purpose')
})

test('nothing goes wrong', async (t) => {
  await using broker = await Logbrook.create({ topics, keepOnFailure: t })
  await broker.topic('logs').produce(['of the third'])
})
