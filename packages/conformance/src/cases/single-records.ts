/** One record by its offset, by both URLs (R1 to R5). */
import assert from 'node:assert/strict'
import type { ConformanceCase, Exchange, Expectation } from '../case.ts'
import { fetchRefused, givenValues, record, recordPaths } from '../requests.ts'

const GIVEN = {
  records: [givenValues('$TOPIC', 0, ['zero', 'one', 'two', 'three'])],
  trims: [{ topic: '$TOPIC', partition: 0, beforeOffset: 1 }],
}

const get = (path: string, expect: Expectation): Exchange => ({ request: { method: 'GET', path }, expect })
const both = (topic: string, partition: number | string, offset: number | string, expect: Expectation): readonly Exchange[] =>
  recordPaths(topic, partition, offset).map((path) => get(path, expect))

const found: readonly ConformanceCase[] = [
  {
    name: 'record: a flat record by both URLs',
    proves: ['R1'],
    given: GIVEN,
    steps: [1, 2, 3].flatMap((offset) =>
      both('$TOPIC', 0, offset, { status: 200, json: record(offset, ['zero', 'one', 'two', 'three'][offset]!) }),
    ),
  },
  {
    name: 'record: key, value, headers and time of its own, the same bytes by both URLs',
    proves: ['R1', 'F3', 'F4'],
    given: {
      records: [
        {
          topic: '$TOPIC',
          partition: 0,
          records: [
            {
              key: '',
              value: null,
              headers: [
                { key: 'ü', value: null },
                { key: 'k', value: 'dg==' },
              ],
              timestamp: 1_707_744_000_000,
            },
          ],
        },
      ],
    },
    play: async (scene) => {
      const expect: Expectation = {
        status: 200,
        json: {
          offset: 0,
          timestamp: 1_707_744_000_000,
          key: '',
          value: null,
          headers: [
            { key: 'ü', value: null },
            { key: 'k', value: 'dg==' },
          ],
        },
      }
      const [first, second] = await Promise.all(both('$TOPIC', 0, 0, expect).map((exchange) => scene.exchange(exchange)))
      assert.deepEqual(first!.body, second!.body)
    },
  },
  {
    name: 'record: its parameters in any order, and encoded',
    proves: ['R1'],
    given: GIVEN,
    steps: [
      get('/v1/kafka/fetch_single_record?offset=2&topic=$TOPIC&partition=0', { status: 200, json: record(2, 'two') }),
      get('/v1/kafka/fetch_single_record?offset=%32&%74opic=$TOPIC&partition=%30', { status: 200, json: record(2, 'two') }),
    ],
  },
]

/** The offset as it was asked, or in words where no number is exact; never another one. */
function named(offset: string): RegExp {
  return Number.isSafeInteger(Number(offset)) ? new RegExp(`offset ${offset};`) : /offset 2\^53 or above;/
}

const NOT_KEPT = ['0', '4', '5', '1099511627776', '9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807']

const missing: readonly ConformanceCase[] = [
  ...NOT_KEPT.map((offset): ConformanceCase => ({
    name: `record: offset ${offset} of [1, 4) is out of range`,
    proves: ['R2', 'F8'],
    given: GIVEN,
    steps: both('$TOPIC', 0, offset, fetchRefused(404, 'OFFSET_OUT_OF_RANGE', named(offset))),
  })),
  {
    name: 'record: an empty partition holds none',
    proves: ['R2'],
    given: { topics: [{ name: '$TOPIC', partitions: 2 }], records: [givenValues('$TOPIC', 1, ['neighbour'])] },
    steps: both('$TOPIC', 0, 0, fetchRefused(404, 'OFFSET_OUT_OF_RANGE')),
  },
  {
    name: 'record: no such topic, no such partition',
    proves: ['R3'],
    given: GIVEN,
    steps: [
      ...both('$MISSING', 0, 0, fetchRefused(404, 'UNKNOWN_TOPIC_OR_PARTITION', /\$MISSING/)),
      ...both('$TOPIC', 1, 1, fetchRefused(404, 'UNKNOWN_TOPIC_OR_PARTITION', /\$TOPIC.*\b1\b/)),
      ...both('$TOPIC', 2_147_483_647, 1, fetchRefused(404, 'UNKNOWN_TOPIC_OR_PARTITION')),
    ],
  },
]

const NOT_NUMBERS = [
  '',
  '-1',
  '+1',
  '1.0',
  '1.5',
  '0x1',
  '1e0',
  'one',
  'null',
  '%201',
  '1%20',
  '%EF%BC%91',
  '%D9%A1',
  '9223372036854775808',
  '1,2',
  '%22%31%22',
  '%00',
]

const malformedNumbers: readonly ConformanceCase[] = NOT_NUMBERS.map((text) => ({
  name: `record: ${JSON.stringify(text)} is no partition and no offset`,
  proves: ['R4'],
  given: GIVEN,
  steps: [['0', text, /offset/i] as const, [text, '1', /partition/i] as const].flatMap(([partition, offset, message]) => {
    const paths = recordPaths('$TOPIC', partition, offset)
    // An empty segment would be another path.
    return paths.slice(0, text === '' ? 1 : 2).map((path) => get(path, fetchRefused(400, 'INVALID_REQUEST', message)))
  }),
}))

const QUERIES: readonly (readonly [query: string, message: RegExp])[] = [
  ['', /topic/],
  ['?', /topic/],
  ['?partition=0&offset=1', /topic/],
  ['?topic=$TOPIC&offset=1', /partition/],
  ['?topic=$TOPIC&partition=0', /offset/],
  ['?topic=&partition=0&offset=1', /topic/],
  ['?topic=$TOPIC&topic=$TOPIC&partition=0&offset=1', /topic/],
  ['?topic=$TOPIC&partition=0&partition=0&offset=1', /partition/],
  ['?topic=$TOPIC&partition=0&offset=1&offset=2', /offset/],
]

const NOT_TOPICS = ['%20', 'a%20b', 'a%2Fb', '%2e', '%2e%2e', '%00', 'a%0d%0aX-Injected:%20yes', '%C3%BC', '%ff', 'x'.repeat(250)]

const malformed: readonly ConformanceCase[] = [
  ...QUERIES.map(([query, message]): ConformanceCase => ({
    name: `record: the query ${JSON.stringify(query)} is refused`,
    proves: ['R4'],
    given: GIVEN,
    steps: [get(`/v1/kafka/fetch_single_record${query}`, fetchRefused(400, 'INVALID_REQUEST', message))],
  })),
  ...NOT_TOPICS.map((topic): ConformanceCase => ({
    name: `record: ${topic.slice(0, 30)} is no topic name`,
    proves: ['R4', 'A8'],
    given: GIVEN,
    steps: both(topic, 0, 0, { ...fetchRefused(400, 'INVALID_REQUEST', /topic/i), headers: { 'x-injected': null } }),
  })),
]

const WRONG_METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']

const methods: readonly ConformanceCase[] = [
  {
    name: 'record: other methods are refused and change nothing',
    proves: ['R4'],
    given: GIVEN,
    steps: [
      ...recordPaths('$TOPIC', 0, 1).flatMap((path) =>
        WRONG_METHODS.map((method): Exchange => ({ request: { method, path, body: '{}' }, expect: { status: [400, 404, 405] } })),
      ),
      ...both('$TOPIC', 0, 1, { status: 200, json: record(1, 'one') }),
    ],
  },
]

const AUTHORIZED = { 'DD-API-KEY': '$READER:secret' }

const denied: readonly ConformanceCase[] = [
  {
    name: 'record: denied is 403, and the same whether the topic exists or not',
    proves: ['R5', 'A1'],
    needs: 'acls',
    given: { topics: [{ name: '$TOPIC' }], users: [{ name: '$READER', password: 'secret' }] },
    steps: [...recordPaths('$TOPIC', 0, 0), ...recordPaths('$MISSING', 0, 0), ...recordPaths('$TOPIC', 99, 0)].map((path) => ({
      request: { method: 'GET', path, headers: AUTHORIZED },
      expect: fetchRefused(403, 'TOPIC_AUTHORIZATION_FAILED', /User:ANONYMOUS/),
    })),
  },
]

export const SINGLE_RECORD_CASES: readonly ConformanceCase[] = [
  ...found,
  ...missing,
  ...malformedNumbers,
  ...malformed,
  ...methods,
  ...denied,
]
