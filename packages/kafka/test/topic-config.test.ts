import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError } from '@logbrook/kafka/errors'
import { RECORD_BYTES_MAX } from '@logbrook/kafka/limits'
import { parseTopicConfig } from '@logbrook/kafka/topic-config'

function refuses(raw: Record<string, unknown>, message: RegExp): void {
  assert.throws(
    () => parseTopicConfig(raw),
    (error) => error instanceof KafkaError && error.error === 'INVALID_CONFIG' && message.test(error.message),
  )
}

test('numbers come as numbers or, as Kafka’s tools send them, as strings', () => {
  assert.deepEqual(parseTopicConfig({ 'retention.ms': '-1', 'retention.bytes': 1024 }), { 'retention.ms': -1, 'retention.bytes': 1024 })
  assert.deepEqual(parseTopicConfig({}), {})
  assert.deepEqual(parseTopicConfig({ 'message.timestamp.type': 'LogAppendTime' }), { 'message.timestamp.type': 'LogAppendTime' })
})

test('an unknown key is refused with the nearest known one', () => {
  refuses({ 'retention.m': 1 }, /unknown topic configuration key "retention\.m"; did you mean retention\.ms\?/)
})

test('each bound holds on both of its sides', () => {
  assert.deepEqual(parseTopicConfig({ 'max.message.bytes': RECORD_BYTES_MAX }), { 'max.message.bytes': RECORD_BYTES_MAX })
  refuses({ 'max.message.bytes': RECORD_BYTES_MAX + 1 }, /from 1 to 67108864/)
  assert.deepEqual(parseTopicConfig({ 'max.message.bytes': 1 }), { 'max.message.bytes': 1 })
  refuses({ 'max.message.bytes': 0 }, /from 1/)
  assert.deepEqual(parseTopicConfig({ 'retention.ms': Number.MAX_SAFE_INTEGER }), { 'retention.ms': Number.MAX_SAFE_INTEGER })
  refuses({ 'retention.ms': 2 ** 53 }, /retention\.ms/)
  refuses({ 'retention.ms': -2 }, /from -1/)
})

test('values of the wrong kind are refused', () => {
  for (const value of [1.5, '1.5', 'x', '', null, true, {}, '99999999999999999']) refuses({ 'retention.bytes': value }, /retention\.bytes/)
  refuses({ 'message.timestamp.type': 'createtime' }, /CreateTime or LogAppendTime/)
})
