import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KafkaError } from '@logbrook/kafka/errors'
import type { z } from 'zod'
import { AlterTopicRequest, CreateTopicRequest } from '../src/topics.ts'
import { parseBody } from '../src/parse-body.ts'
import { ProduceRequest } from '../src/produce.ts'

const refusals: readonly (readonly [schema: z.ZodType, value: unknown, message: string])[] = [
  [CreateTopicRequest, null, 'expected object, received null'],
  [CreateTopicRequest, { name: 1 }, 'name: expected string, received number'],
  [CreateTopicRequest, { name: 'a', partitoins: 2 }, 'unknown field "partitoins"; did you mean partitions?'],
  [
    CreateTopicRequest,
    { name: 'a', nmae: 1, cfg: 2 },
    'unknown field "nmae"; did you mean name?; unknown field "cfg"; there are name, partitions, config and log_start_offsets',
  ],
  [CreateTopicRequest, { name: 'a', partitions: 1.5 }, 'partitions: expected int, received number'],
  [CreateTopicRequest, { name: 'a', config: { 'retention.ms': null } }, 'config.retention.ms: expected string or number, received null'],
  [AlterTopicRequest, { config: [] }, 'config: expected object, received array'],
  [
    ProduceRequest,
    { records: [{}, { headers: [{ key: 'a', value: 1 }] }] },
    'records[1].headers[0].value: expected string, received number',
  ],
  [
    ProduceRequest,
    { records: [1, 2, 3, 4, 5] },
    'records[0]: expected object, received number; records[1]: expected object, received number; ' +
      'records[2]: expected object, received number; and 2 more',
  ],
]

describe('parsing a body', () => {
  it('answers what the schema has', () => {
    assert.deepEqual(parseBody(CreateTopicRequest, { name: 'a', partitions: 2 }), { name: 'a', partitions: 2 })
  })

  for (const [schema, value, message] of refusals) {
    it(`says "${message}"`, () => {
      assert.throws(() => parseBody(schema, value), new KafkaError('INVALID_REQUEST', message))
    })
  }
})
