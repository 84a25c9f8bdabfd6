/** What a fetch request may look like (F1, F13, F14 and the bounds of its fields). */
import type { ConformanceCase, Request } from '../case.ts'
import { entry, errorEntry, fetched, fetchRefused, fetchText, fetchTopics, FETCH_ALL, givenValues, recordsFrom } from '../requests.ts'

const GIVEN = { records: [givenValues('$TOPIC', 0, ['one'])] }
const ANSWER = fetched(['$TOPIC', entry(0, [0, 1], recordsFrom(0, ['one']))])

const FRAMINGS: readonly (readonly [name: string, request: Partial<Request>])[] = [
  ['POST with a JSON content type', { headers: { 'Content-Type': 'application/json' } }],
  ['POST as curl -d sends it', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
  ['POST without a content type', {}],
  ['POST with a content type that means nothing', { headers: { 'Content-Type': 'nonsense' } }],
  ['POST in chunks', { framing: 'chunked' }],
  ['GET with a body', { method: 'GET' }],
  ['GET as curl -X GET -d sends it', { method: 'GET', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
  ['GET with a body in chunks', { method: 'GET', framing: 'chunked' }],
  ['GET with a body that is announced', { method: 'GET', headers: { Expect: '100-continue' } }],
  ['POST with headers in odd cases', { headers: { 'cOnTeNt-TyPe': 'application/json', 'KAFKA-CLIENT-ID': 'shouting' } }],
  ['POST with a query', { path: '/v1/kafka/fetch?pretty=true' }],
]

const framings: readonly ConformanceCase[] = FRAMINGS.map(([name, request]) => ({
  name: `fetch: ${name}`,
  proves: ['F1'],
  given: GIVEN,
  steps: [{ request: { ...FETCH_ALL, ...request }, expect: ANSWER }],
}))

const MALFORMED: readonly (readonly [name: string, body: string | Uint8Array])[] = [
  ['empty', ''],
  ['white space', ' \n'],
  ['half an object', '{"topics":['],
  ['a trailing comma', '{"topics":[],}'],
  ['a trailing token', '{"topics":[]} x'],
  ['two values', '{"topics":[]}{"topics":[]}'],
  ['NaN', '{"topics":[],"max_bytes":NaN}'],
  ['a byte order mark', '\uFEFF{"topics":[]}'],
  ['invalid UTF-8', Buffer.from('{"topics":[{"topic":"\xff","partitions":[]}]}', 'latin1')],
  ['100,000 opening brackets', '['.repeat(100_000)],
  ['an array', '[]'],
  ['a string', '"topics"'],
  ['null', 'null'],
  ['a number', '1'],
]

const malformed: readonly ConformanceCase[] = MALFORMED.map(([name, body]) => ({
  name: `fetch: a body that is ${name} is refused`,
  proves: ['F13'],
  given: GIVEN,
  steps: [
    { request: { ...FETCH_ALL, body }, expect: fetchRefused(400, 'INVALID_REQUEST') },
    { request: { ...FETCH_ALL, method: 'GET', body }, expect: fetchRefused(400, 'INVALID_REQUEST') },
    { request: FETCH_ALL, expect: ANSWER },
  ],
}))

const inTopic = (fields: object): object => ({
  topics: [{ topic: '$TOPIC', partitions: [{ partition: 0, fetch_offset: 0, partition_max_bytes: 1 }], ...fields }],
})
const inPartition = (fields: object): object =>
  inTopic({ partitions: [{ partition: 0, fetch_offset: 0, partition_max_bytes: 1, ...fields }] })
const inRequest = (fields: object): object => ({ ...inTopic({}), ...fields })

/** A field, a body in which its value is wrong, and what a message about it has to name. */
const WRONG: readonly (readonly [name: string, body: object, message: RegExp])[] = [
  ['no topics', {}, /topics/],
  ['topics null', { topics: null }, /topics/],
  ['topics an object', { topics: {} }, /topics/],
  ['a topic that is a string', { topics: ['$TOPIC'] }, /topics\[0\]/],
  ['no topic name', inTopic({ topic: undefined }), /topics\[0\]\.topic/],
  ['a topic name that is a number', inTopic({ topic: 7 }), /topics\[0\]\.topic/],
  ['no partitions', inTopic({ partitions: undefined }), /topics\[0\]\.partitions/],
  ['partitions that are numbers', inTopic({ partitions: [0] }), /topics\[0\]\.partitions\[0\]/],
  ['no partition', inPartition({ partition: undefined }), /topics\[0\]\.partitions\[0\]\.partition/],
  ['a partition −1', inPartition({ partition: -1 }), /topics\[0\]\.partitions\[0\]\.partition/],
  ['a partition 0.5', inPartition({ partition: 0.5 }), /topics\[0\]\.partitions\[0\]\.partition/],
  ['a partition "0"', inPartition({ partition: '0' }), /topics\[0\]\.partitions\[0\]\.partition/],
  ['no fetch offset', inPartition({ fetch_offset: undefined }), /topics\[0\]\.partitions\[0\]\.fetch_offset/],
  ['no partition_max_bytes', inPartition({ partition_max_bytes: undefined }), /topics\[0\]\.partitions\[0\]\.partition_max_bytes/],
  ['partition_max_bytes 0', inPartition({ partition_max_bytes: 0 }), /topics\[0\]\.partitions\[0\]\.partition_max_bytes/],
  ['partition_max_bytes −1', inPartition({ partition_max_bytes: -1 }), /topics\[0\]\.partitions\[0\]\.partition_max_bytes/],
  ['partition_max_bytes 1.5', inPartition({ partition_max_bytes: 1.5 }), /topics\[0\]\.partitions\[0\]\.partition_max_bytes/],
  ['max_bytes −1', inRequest({ max_bytes: -1 }), /max_bytes/],
  ['max_bytes "1"', inRequest({ max_bytes: '1' }), /max_bytes/],
  ['max_records −1', inRequest({ max_records: -1 }), /max_records/],
  ['max_records 1.5', inRequest({ max_records: 1.5 }), /max_records/],
  ['an unknown isolation level', inRequest({ isolation_level: 'serializable' }), /isolation_level/],
  ['an isolation level that is a number', inRequest({ isolation_level: 1 }), /isolation_level/],
  ['long_poll "true"', inRequest({ long_poll: 'true' }), /long_poll/],
  ['long_poll 1', inRequest({ long_poll: 1 }), /long_poll/],
]

const wrong: readonly ConformanceCase[] = WRONG.map(([name, body, message]) => ({
  name: `fetch: ${name} is refused, and the message names the field`,
  proves: ['F13', 'F14'],
  given: GIVEN,
  steps: [
    { request: fetchText(JSON.stringify(body)), expect: fetchRefused(400, 'INVALID_REQUEST', message) },
    { request: FETCH_ALL, expect: ANSWER },
  ],
}))

const MANY = Array.from({ length: 10_000 }, (_, partition) => partition)

export const FETCH_REQUEST_CASES: readonly ConformanceCase[] = [
  ...framings,
  ...malformed,
  ...wrong,
  {
    name: 'fetch: GET without a body is refused',
    proves: ['F1', 'F13'],
    steps: [{ request: { method: 'GET', path: '/v1/kafka/fetch' }, expect: fetchRefused(400, 'INVALID_REQUEST') }],
  },
  {
    name: 'fetch: other methods are refused',
    proves: ['F1', 'F13'],
    given: GIVEN,
    steps: [
      ...['PUT', 'PATCH', 'DELETE', 'PROPFIND'].map((method) => ({
        request: { ...FETCH_ALL, method },
        expect: { status: [400, 404, 405] },
      })),
      { request: FETCH_ALL, expect: ANSWER },
    ],
  },
  {
    name: 'fetch: the later of two wrong fields is named by its own path',
    proves: ['F14'],
    steps: [
      {
        request: fetchText(
          JSON.stringify({
            topics: [
              { topic: '$TOPIC', partitions: [] },
              { topic: '$TOPIC', partitions: [{ partition: 0, fetch_offset: 0, partition_max_bytes: true }] },
            ],
          }),
        ),
        expect: fetchRefused(400, 'INVALID_REQUEST', /topics\[1\]\.partitions\[0\]\.partition_max_bytes/),
      },
    ],
  },
  {
    name: 'fetch: fields of newer clients are ignored, wherever they are',
    proves: ['F14'],
    given: GIVEN,
    steps: [
      {
        request: fetchText(
          JSON.stringify({
            topics: [
              {
                topic: '$TOPIC',
                topic_id: 'x',
                partitions: [{ partition: 0, fetch_offset: 0, partition_max_bytes: 1000, current_leader_epoch: 3 }],
              },
            ],
            rack_id: 'a',
            min_bytes: { any: ['thing'] },
          }),
        ),
        expect: ANSWER,
      },
    ],
  },
  {
    name: 'fetch: 10,000 partitions in one request are answered one by one, in order',
    proves: ['F7'],
    given: GIVEN,
    steps: [
      {
        request: fetchTopics([['$TOPIC', ...MANY.map((partition) => [partition, 0] as const)]]),
        expect: fetched([
          '$TOPIC',
          ...MANY.map((partition) => (partition === 0 ? entry(0, [0, 1], recordsFrom(0, ['one'])) : errorEntry(partition, 3))),
        ]),
      },
    ],
  },
]
