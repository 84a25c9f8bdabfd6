import { createClient } from 'logbrook/client'
import { expect, inject, test } from 'vitest'

test('tests of all files share one broker, each with a topic of its own', async () => {
  const client = createClient({ url: inject('brokerUrl') })
  await client.topics.create({ name: 'shared-broker' })
  expect(await client.produceValue('shared-broker', 'hello')).toEqual({ partition: 0, base_offset: 0, record_count: 1 })
})
