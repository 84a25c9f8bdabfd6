/** What a topic may be called, at every door (A8). */
import { nameLength } from '../names.ts'
import type { ConformanceCase, Exchange } from '../case.ts'
import {
  entry,
  errorEntry,
  fetched,
  fetchRefused,
  fetchTopics,
  intakeRefused,
  logs,
  recordPaths,
  recordsFrom,
  takenAt,
  UNHARMED,
} from '../requests.ts'

const NAME_LENGTH_MAX = 249

/** A name of exactly `length` characters. */
function ofLength(length: number): string {
  return `$NAME${'x'.repeat(length - nameLength('$NAME'))}`
}

const LEGAL = [
  ofLength(NAME_LENGTH_MAX),
  '$NAME.with.dots',
  '$NAME_with_underscores',
  '$NAME-WITH-Capitals-09',
  '...$NAME',
  '.$NAME',
  '-$NAME',
  '_$NAME',
]

const legal: readonly ConformanceCase[] = LEGAL.map((name) => ({
  name: `topic name: ${name.slice(0, 30)} of ${name.startsWith('$NAMEx') ? NAME_LENGTH_MAX : 'fewer'} characters`,
  proves: ['A8'],
  given: { topics: [{ name }] },
  steps: [
    { request: logs('[{"a":1}]', {}, `/dd/${name}/api/v2/logs`), expect: takenAt(0, 0) },
    { request: fetchTopics([[name, [0, 0]]]), expect: fetched([name, entry(0, [0, 1], recordsFrom(0, ['{"a":1}']))]) },
    ...recordPaths(name, 0, 0).map((path): Exchange => ({ request: { method: 'GET', path }, expect: { status: 200 } })),
  ],
}))

const ILLEGAL: readonly (readonly [what: string, name: string])[] = [
  ['of 250 characters', ofLength(NAME_LENGTH_MAX + 1)],
  ['of one dot', '.'],
  ['of two dots', '..'],
  ['with a slash', 'a/b'],
  ['with a space', 'a b'],
  ['with a colon', 'a:b'],
  ['with an asterisk', '*'],
  ['with a zero byte', 'a\0b'],
  ['with a line break', 'a\r\nb'],
  ['beyond ASCII', 'tópico'],
  ['with a lone surrogate', 'a\ud800'],
  ['with a letter that looks like one of ours', 'а'],
]

const illegal: readonly ConformanceCase[] = ILLEGAL.map(([what, name]) => {
  const encoded = encodeURIComponent(name.toWellFormed())
  return {
    name: `topic name: ${what} is refused at every door`,
    proves: ['A8', 'F9', 'R4', 'D11'],
    steps: [
      {
        request: fetchTopics([
          [name, [0, 0]],
          ['$TOPIC', [0, 0]],
        ]),
        expect: fetched([name, errorEntry(0, 3)], ['$TOPIC', entry(0, [0, 0])]),
      },
      ...recordPaths(encoded, 0, 0).map((path): Exchange => ({
        request: { method: 'GET', path },
        expect: fetchRefused(400, 'INVALID_REQUEST', /topic/i),
      })),
      { request: logs('[{"a":1}]', {}, `/dd/${encoded}/api/v2/logs`), expect: intakeRefused(400, 'INVALID_TOPIC_EXCEPTION', /topic/i) },
      ...UNHARMED,
    ],
  }
})

export const TOPIC_NAME_CASES: readonly ConformanceCase[] = [
  ...legal,
  ...illegal,
  {
    name: 'topic name: the limit is named',
    proves: ['A8'],
    steps: [
      {
        request: logs('[{"a":1}]', {}, `/dd/${ofLength(NAME_LENGTH_MAX + 1)}/v1/input`),
        expect: intakeRefused(400, 'INVALID_TOPIC_EXCEPTION', /250.*249/),
      },
    ],
  },
  {
    name: 'topic name: an empty one is in no topic',
    proves: ['A8', 'F9'],
    steps: [{ request: fetchTopics([['', [0, 0]]]), expect: fetched(['', errorEntry(0, 3)]) }],
  },
  {
    name: 'topic name: capitals are other letters',
    proves: ['A8'],
    steps: [
      { request: fetchTopics([['A-$TOPIC', [0, 0]]]), expect: fetched(['A-$TOPIC', errorEntry(0, 3)]) },
      { request: logs('[{"a":1}]', {}, '/dd/A-$TOPIC/v1/input'), expect: intakeRefused(400, 'INVALID_TOPIC_EXCEPTION') },
    ],
  },
]
