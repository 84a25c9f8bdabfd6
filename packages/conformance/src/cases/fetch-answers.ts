/** What a fetch answers: records, errors, order (F2 to F7). */
import type { ConformanceCase } from '../case.ts'
import { ANY_TIMESTAMP } from '../match.ts'
import { base64, entry, errorEntry, fetched, fetchTopics, FETCH_ALL, givenValues, record, recordsFrom } from '../requests.ts'

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('base64')
const TIMESTAMP = 1_707_744_000_000

const shapes: readonly ConformanceCase[] = [
  {
    name: 'fetch: a record with key, value, headers and time of its own',
    proves: ['F2', 'F3', 'F4'],
    given: {
      records: [
        {
          topic: '$TOPIC',
          partition: 0,
          records: [{ key: 'a2V5', value: 'e30=', headers: [{ key: 'k', value: 'dg==' }], timestamp: TIMESTAMP }],
        },
      ],
    },
    steps: [
      {
        request: FETCH_ALL,
        expect: fetched([
          '$TOPIC',
          entry(0, [0, 1], [{ offset: 0, timestamp: TIMESTAMP, key: 'a2V5', value: 'e30=', headers: [{ key: 'k', value: 'dg==' }] }]),
        ]),
      },
    ],
  },
  {
    name: 'fetch: null and empty are told apart in keys, values and header values',
    proves: ['F3'],
    given: {
      records: [
        {
          topic: '$TOPIC',
          partition: 0,
          records: [
            { key: null, value: null },
            { key: '', value: '' },
            {
              key: null,
              value: '',
              headers: [
                { key: 'null', value: null },
                { key: 'empty', value: '' },
              ],
            },
          ],
        },
      ],
    },
    steps: [
      {
        request: FETCH_ALL,
        expect: fetched([
          '$TOPIC',
          entry(
            0,
            [0, 3],
            [
              record(0, null),
              { ...record(1, ''), key: '' },
              {
                ...record(2, ''),
                headers: [
                  { key: 'null', value: null },
                  { key: 'empty', value: '' },
                ],
              },
            ],
          ),
        ]),
      },
    ],
  },
  {
    name: 'fetch: every byte comes back, in the standard alphabet and padded',
    proves: ['F3'],
    given: {
      records: [
        { topic: '$TOPIC', partition: 0, records: [{ key: ALL_BYTES, value: ALL_BYTES, headers: [{ key: 'all', value: ALL_BYTES }] }] },
      ],
    },
    steps: [
      {
        request: FETCH_ALL,
        expect: fetched([
          '$TOPIC',
          entry(
            0,
            [0, 1],
            [{ offset: 0, timestamp: ANY_TIMESTAMP, key: ALL_BYTES, value: ALL_BYTES, headers: [{ key: 'all', value: ALL_BYTES }] }],
          ),
        ]),
      },
    ],
  },
  {
    name: 'fetch: header keys are plain strings, in their order and as often as they were sent',
    proves: ['F3'],
    given: {
      records: [
        {
          topic: '$TOPIC',
          partition: 0,
          records: [{ value: '', headers: ['b', 'a', 'b', 'ключ "quoted" 🔑', ''].map((key) => ({ key, value: base64(key) })) }],
        },
      ],
    },
    steps: [
      {
        request: FETCH_ALL,
        expect: fetched([
          '$TOPIC',
          entry(
            0,
            [0, 1],
            [{ ...record(0, ''), headers: ['b', 'a', 'b', 'ключ "quoted" 🔑', ''].map((key) => ({ key, value: base64(key) })) }],
          ),
        ]),
      },
    ],
  },
  {
    name: 'fetch: an error has its number, its name, and an empty list of records',
    proves: ['F5', 'F6'],
    steps: [
      {
        request: fetchTopics([
          ['$TOPIC', [0, 0], [9, 0], [0, 5]],
          ['$MISSING', [0, 0]],
        ]),
        expect: fetched(['$TOPIC', entry(0, [0, 0]), errorEntry(9, 3), errorEntry(0, 1, [0, 0])], ['$MISSING', errorEntry(0, 3)]),
      },
    ],
  },
]

const VALUES = ['zero', 'one', 'two']
const THREE = {
  topics: [{ name: '$TOPIC', partitions: 3 }, { name: '$OTHER' }],
  records: [givenValues('$TOPIC', 2, VALUES), givenValues('$OTHER', 0, ['other'])],
}

const order: readonly ConformanceCase[] = [
  {
    name: 'fetch: entries answer in the order of the request, and the same partition as often as it is asked',
    proves: ['F7'],
    given: THREE,
    steps: [
      {
        request: fetchTopics([['$TOPIC', [2, 2], [0, 0], [2, 0], [2, 1], [2, 2]]]),
        expect: fetched([
          '$TOPIC',
          entry(2, [0, 3], recordsFrom(2, ['two'])),
          entry(0, [0, 0]),
          entry(2, [0, 3], recordsFrom(0, VALUES)),
          entry(2, [0, 3], recordsFrom(1, ['one', 'two'])),
          entry(2, [0, 3], recordsFrom(2, ['two'])),
        ]),
      },
    ],
  },
  {
    name: 'fetch: a topic that is named several times is answered several times',
    proves: ['F7'],
    given: THREE,
    steps: [
      {
        request: fetchTopics([['$TOPIC', [2, 2]], ['$OTHER', [0, 0]], ['$TOPIC'], ['$TOPIC', [2, 1]]]),
        expect: fetched(
          ['$TOPIC', entry(2, [0, 3], recordsFrom(2, ['two']))],
          ['$OTHER', entry(0, [0, 1], recordsFrom(0, ['other']))],
          ['$TOPIC'],
          ['$TOPIC', entry(2, [0, 3], recordsFrom(1, ['one', 'two']))],
        ),
      },
    ],
  },
  ...[{}, { long_poll: true }].flatMap((fields): readonly ConformanceCase[] => [
    {
      name: `fetch: no topics are answered at once ${JSON.stringify(fields)}`,
      proves: ['F7'],
      steps: [{ request: fetchTopics([], fields), expect: fetched() }],
    },
    {
      name: `fetch: topics without partitions are answered at once ${JSON.stringify(fields)}`,
      proves: ['F7'],
      steps: [{ request: fetchTopics([['$TOPIC'], ['$MISSING']], fields), expect: fetched(['$TOPIC'], ['$MISSING']) }],
    },
  ]),
]

export const FETCH_ANSWER_CASES: readonly ConformanceCase[] = [...shapes, ...order]
