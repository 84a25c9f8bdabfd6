import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPartitionRotation } from '@logbrook/broker/partition-rotation'
import type { Topic } from '@logbrook/kafka/log'
import { TOPIC_CONFIG_DEFAULTS } from '@logbrook/kafka/topic-config'
import fc from 'fast-check'

const THRESHOLD_BYTES = 1_000

function topicOf(partitions: number, id = 'a'): Topic {
  return { id, name: 'logs', partitions, config: TOPIC_CONFIG_DEFAULTS, configOverrides: {}, createdMs: 0 }
}

test('the first partition is random, the next ones follow in turn once the threshold is passed', () => {
  const rotation = createPartitionRotation({ thresholdBytes: THRESHOLD_BYTES, random: () => 0.5 })
  const topic = topicOf(4)
  const chosen = Array.from({ length: 9 }, () => rotation.next(topic, 500))
  assert.deepEqual(chosen, [2, 2, 3, 3, 0, 0, 1, 1, 2])
})

test('each topic has a turn of its own, and a forgotten one begins anew', () => {
  const draws = [0, 0.99, 0.5]
  const rotation = createPartitionRotation({ thresholdBytes: THRESHOLD_BYTES, random: () => draws.shift() ?? 0 })
  assert.equal(rotation.next(topicOf(4, 'a'), 1), 0)
  assert.equal(rotation.next(topicOf(4, 'b'), 1), 3)
  assert.equal(rotation.next(topicOf(4, 'a'), 1), 0)
  rotation.forget('a')
  assert.equal(rotation.next(topicOf(4, 'a'), 1), 2)
})

test('a grown topic uses its new partitions', () => {
  const rotation = createPartitionRotation({ thresholdBytes: THRESHOLD_BYTES, random: () => 0 })
  for (let i = 0; i < 5; i++) rotation.next(topicOf(1), THRESHOLD_BYTES)
  const chosen = new Set(Array.from({ length: 6 }, () => rotation.next(topicOf(3), THRESHOLD_BYTES)))
  assert.deepEqual(chosen, new Set([0, 1, 2]))
})

test('whatever the requests, the partitions’ bytes differ by at most one threshold plus one request', () => {
  const requests = fc.array(fc.nat({ max: 5 * THRESHOLD_BYTES }), { maxLength: 300 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0, max: 0.999, noNaN: true }), requests, (partitions, first, sizes) => {
      const rotation = createPartitionRotation({ thresholdBytes: THRESHOLD_BYTES, random: () => first })
      const sentBytes = Array<number>(partitions).fill(0)
      let largest = 0
      for (const bytes of sizes) {
        sentBytes[rotation.next(topicOf(partitions), bytes)]! += bytes
        largest = Math.max(largest, bytes)
        assert.ok(Math.max(...sentBytes) - Math.min(...sentBytes) <= THRESHOLD_BYTES + largest)
      }
    }),
  )
})
