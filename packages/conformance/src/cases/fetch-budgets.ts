/** How much a fetch answers (F10, F11). */
import type { ConformanceCase } from '../case.ts'
import { base64, entry, fetched, fetchTopics, FETCH_ALL, givenValues, recordsFrom } from '../requests.ts'
import type { Entry } from '../requests.ts'

/** Five records of ten bytes in each of two partitions. */
const VALUES = ['value-0000', 'value-0001', 'value-0002', 'value-0003', 'value-0004']
const GIVEN = { topics: [{ name: '$TOPIC', partitions: 2 }], records: [givenValues('$TOPIC', 0, VALUES), givenValues('$TOPIC', 1, VALUES)] }

interface Budget {
  readonly name: string
  readonly entries: readonly Entry[]
  readonly fields?: Readonly<Record<string, number | string>>
  /** Offsets that each entry answers, half-open. */
  readonly answers: readonly (readonly [fromOffset: number, endOffset: number])[]
}

const BUDGETS: readonly Budget[] = [
  {
    name: 'partition_max_bytes bounds each entry',
    entries: [
      [0, 0, 25],
      [1, 0, 49],
    ],
    answers: [
      [0, 2],
      [0, 4],
    ],
  },
  {
    name: 'partition_max_bytes that fits exactly',
    entries: [
      [0, 0, 20],
      [1, 1, 40],
    ],
    answers: [
      [0, 2],
      [1, 5],
    ],
  },
  { name: 'the first entry exceeds by one record', entries: [[0, 3, 1]], answers: [[3, 4]] },
  {
    name: 'only the first entry exceeds',
    entries: [
      [0, 0, 1],
      [1, 0, 9],
    ],
    answers: [
      [0, 1],
      [0, 0],
    ],
  },
  {
    name: 'the first entry that has records exceeds',
    entries: [
      [0, 5, 1],
      [1, 0, 1],
      [0, 0, 1],
    ],
    answers: [
      [5, 5],
      [0, 1],
      [0, 0],
    ],
  },
  {
    name: 'max_bytes bounds the whole, in request order',
    entries: [
      [0, 0],
      [1, 0],
    ],
    fields: { max_bytes: 75 },
    answers: [
      [0, 5],
      [0, 2],
    ],
  },
  {
    name: 'max_bytes that the first entry uses up',
    entries: [
      [1, 0],
      [0, 0],
    ],
    fields: { max_bytes: 50 },
    answers: [
      [0, 5],
      [0, 0],
    ],
  },
  {
    name: 'max_bytes smaller than a record',
    entries: [
      [0, 0],
      [1, 0],
    ],
    fields: { max_bytes: 1 },
    answers: [
      [0, 1],
      [0, 0],
    ],
  },
  {
    name: 'max_bytes beside partition_max_bytes',
    entries: [
      [0, 0, 10],
      [1, 0, 10],
      [0, 1],
    ],
    fields: { max_bytes: 35 },
    answers: [
      [0, 1],
      [0, 1],
      [1, 2],
    ],
  },
  {
    name: "max_bytes 0 is the broker's own",
    entries: [
      [0, 0],
      [1, 0],
    ],
    fields: { max_bytes: 0 },
    answers: [
      [0, 5],
      [0, 5],
    ],
  },
  {
    name: 'max_records bounds the whole',
    entries: [
      [0, 0],
      [1, 0],
    ],
    fields: { max_records: 7 },
    answers: [
      [0, 5],
      [0, 2],
    ],
  },
  {
    name: 'max_records is never exceeded',
    entries: [
      [0, 0, 1],
      [1, 0],
    ],
    fields: { max_records: 1 },
    answers: [
      [0, 1],
      [0, 0],
    ],
  },
  {
    name: 'max_records 0 is no limit',
    entries: [
      [0, 0],
      [1, 0],
    ],
    fields: { max_records: 0 },
    answers: [
      [0, 5],
      [0, 5],
    ],
  },
  { name: 'the tighter of both limits', entries: [[0, 0]], fields: { max_records: 4, max_bytes: 30 }, answers: [[0, 3]] },
  {
    name: 'the same partition twice draws on one budget',
    entries: [
      [0, 0],
      [0, 0],
    ],
    fields: { max_bytes: 60 },
    answers: [
      [0, 5],
      [0, 1],
    ],
  },
]

const budgets: readonly ConformanceCase[] = BUDGETS.map(({ name, entries, fields, answers }) => ({
  name: `fetch: ${name}`,
  proves: ['F10'],
  given: GIVEN,
  steps: [
    {
      request: fetchTopics([['$TOPIC', ...entries]], fields),
      expect: fetched([
        '$TOPIC',
        ...entries.map(([partition], i) => entry(partition, [0, 5], recordsFrom(answers[i]![0], VALUES.slice(...answers[i]!)))),
      ]),
    },
  ],
}))

const HEAVY = { key: base64('0123456789'), value: base64('0123456789'), headers: [{ key: 'abc', value: base64('0123456') }] }

const weights: readonly ConformanceCase[] = [
  [59, 1],
  [60, 2],
].map(([maxBytes, count]) => ({
  name: `fetch: of two records of 30 bytes of key, value and headers, ${maxBytes} bytes hold ${count}`,
  proves: ['F10'],
  given: {
    records: [
      {
        topic: '$TOPIC',
        partition: 0,
        records: [
          { ...HEAVY, timestamp: 1 },
          { ...HEAVY, timestamp: 2 },
        ],
      },
    ],
  },
  steps: [
    {
      request: fetchTopics([['$TOPIC', [0, 0, maxBytes!]]]),
      expect: fetched([
        '$TOPIC',
        entry(
          0,
          [0, 2],
          [
            { offset: 0, timestamp: 1, ...HEAVY },
            { offset: 1, timestamp: 2, ...HEAVY },
          ].slice(0, count),
        ),
      ]),
    },
  ],
}))

const isolation: readonly ConformanceCase[] = ['read_uncommitted', 'read_committed'].map((level) => ({
  name: `fetch: ${level} reads up to the last stable offset, which is the high watermark`,
  proves: ['F11'],
  given: GIVEN,
  steps: [
    {
      request: fetchTopics([['$TOPIC', [0, 3], [1, 5]]], { isolation_level: level }),
      expect: fetched(['$TOPIC', entry(0, [0, 5], recordsFrom(3, VALUES.slice(3))), entry(1, [0, 5])]),
    },
  ],
}))

export const FETCH_BUDGET_CASES: readonly ConformanceCase[] = [
  ...budgets,
  ...weights,
  ...isolation,
  {
    name: 'fetch: bytes are counted before base64',
    proves: ['F10'],
    given: { records: [givenValues('$TOPIC', 0, ['x'.repeat(300), 'y'.repeat(300)])] },
    steps: [
      {
        request: fetchTopics([['$TOPIC', [0, 0, 600]]]),
        expect: fetched(['$TOPIC', entry(0, [0, 2], recordsFrom(0, ['x'.repeat(300), 'y'.repeat(300)]))]),
      },
    ],
  },
  { name: 'fetch: an empty partition', proves: ['F10'], steps: [{ request: FETCH_ALL, expect: fetched(['$TOPIC', entry(0, [0, 0])]) }] },
]
