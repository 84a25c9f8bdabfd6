/** Where a fetch may begin (F8). */
import type { ConformanceCase } from '../case.ts'
import { entry, errorEntry, fetched, fetchRefused, fetchText, givenValues, recordsFrom } from '../requests.ts'

const VALUES = ['zero', 'one', 'two']
const TRIMMED = { records: [givenValues('$TOPIC', 0, VALUES)], trims: [{ topic: '$TOPIC', partition: 0, beforeOffset: 1 }] }

/** Written into the body as they are: several are no JavaScript numbers. */
const OFFSETS_OUT_OF_RANGE = ['0', '4', '1099511627776', '9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807']
const NOT_OFFSETS = ['-1', '1.5', '"1"', 'null', 'true', '9223372036854775808', '18446744073709551616', '1e400', '-9223372036854775808']

const atOffset = (offset: string): string =>
  `{"topics":[{"topic":"$TOPIC","partitions":[{"partition":0,"fetch_offset":${offset},"partition_max_bytes":1000}]}]}`

export const FETCH_OFFSET_CASES: readonly ConformanceCase[] = [
  {
    name: 'fetch: from the log start to the end, and at the high watermark nothing',
    proves: ['F8'],
    given: TRIMMED,
    steps: [
      { request: fetchText(atOffset('1')), expect: fetched(['$TOPIC', entry(0, [1, 3], recordsFrom(1, ['one', 'two']))]) },
      { request: fetchText(atOffset('2')), expect: fetched(['$TOPIC', entry(0, [1, 3], recordsFrom(2, ['two']))]) },
      { request: fetchText(atOffset('3')), expect: fetched(['$TOPIC', entry(0, [1, 3])]) },
    ],
  },
  {
    name: 'fetch: a partition that was trimmed to its end keeps its high watermark',
    proves: ['F8'],
    given: { ...TRIMMED, trims: [{ topic: '$TOPIC', partition: 0, beforeOffset: 3 }] },
    steps: [
      { request: fetchText(atOffset('3')), expect: fetched(['$TOPIC', entry(0, [3, 3])]) },
      { request: fetchText(atOffset('2')), expect: fetched(['$TOPIC', errorEntry(0, 1, [3, 3])]) },
    ],
  },
  ...OFFSETS_OUT_OF_RANGE.map((offset): ConformanceCase => ({
    name: `fetch: offset ${offset} is out of range, with the real watermarks`,
    proves: ['F8', 'F5'],
    given: TRIMMED,
    steps: [{ request: fetchText(atOffset(offset)), expect: fetched(['$TOPIC', errorEntry(0, 1, [1, 3])]) }],
  })),
  ...NOT_OFFSETS.map((offset): ConformanceCase => ({
    name: `fetch: ${offset} is not an offset`,
    proves: ['F8', 'F13'],
    steps: [
      { request: fetchText(atOffset(offset)), expect: fetchRefused(400, 'INVALID_REQUEST', /topics\[0\]\.partitions\[0\]\.fetch_offset/) },
    ],
  })),
]
