/** The controls of a broker under test: present only where it was started with `--testing`, and open to everyone who can connect. */
import { z } from 'zod'
import { ExplainResponse } from './acls.ts'
import type { Answer, Body, Route } from './route.ts'
import { AdvanceClockRequest, ClockBody, FaultBody, FaultList, FaultRuleBody, JournalBody, SnapshotBody } from './testing.ts'

const OPEN = { dialect: 'testing', authorizes: 'open: whoever can connect holds the broker in their hands' } as const

function json(schema: z.ZodType): Body {
  return { contentType: 'application/json', schema }
}

function ok(description: string, schema: z.ZodType): Answer {
  return { status: 200, description, body: json(schema) }
}

function done(description: string): Answer {
  return { status: 204, description }
}

const TEXT = z.string()

const EXPLAIN_QUERY = [
  { name: 'principal', schema: TEXT, required: true, description: '`User:name`; `User:ANONYMOUS` is who sends no credentials' },
  { name: 'operation', schema: TEXT, required: true, description: "Kafka's word: READ, WRITE, …" },
  { name: 'topic', schema: TEXT, description: 'the resource: a topic,' },
  { name: 'group', schema: TEXT, description: 'a group,' },
  { name: 'cluster', schema: TEXT, description: 'or, with `true`, the cluster' },
  { name: 'host', schema: TEXT, description: '`127.0.0.1` by default' },
]

export const TESTING_ROUTES: readonly Route[] = [
  {
    ...OPEN,
    method: 'GET',
    path: '/v1/testing/faults',
    operationId: 'listFaults',
    summary: 'List the faults, and how often each has fired',
    answer: ok('In the order of adding.', FaultList),
    errors: [],
  },
  {
    ...OPEN,
    method: 'POST',
    path: '/v1/testing/faults',
    operationId: 'addFault',
    summary: 'Let requests go wrong',
    description:
      'For requests that come from then on. The first fault that was added and is due takes a request, and only that one is done to it.',
    bodies: [json(FaultRuleBody)],
    bodyRequired: true,
    answer: { ...ok('The fault.', FaultBody), status: 201 },
    errors: ['POLICY_VIOLATION'],
  },
  {
    ...OPEN,
    method: 'DELETE',
    path: '/v1/testing/faults',
    operationId: 'clearFaults',
    summary: 'Remove all faults',
    answer: done('There are none.'),
    errors: [],
  },
  {
    ...OPEN,
    method: 'DELETE',
    path: '/v1/testing/faults/{fault}',
    operationId: 'removeFault',
    summary: 'Remove a fault',
    answer: done('It is gone.'),
    errors: ['RESOURCE_NOT_FOUND'],
  },
  {
    ...OPEN,
    method: 'GET',
    path: '/v1/testing/journal',
    operationId: 'readJournal',
    summary: 'What was asked of the broker, and the faults that fired, in order',
    description: 'Without the requests to these controls.',
    answer: ok('The journal.', JournalBody),
    errors: [],
  },
  {
    ...OPEN,
    method: 'DELETE',
    path: '/v1/testing/journal',
    operationId: 'clearJournal',
    summary: 'Begin a new journal',
    answer: done('It is empty.'),
    errors: [],
  },
  {
    ...OPEN,
    method: 'GET',
    path: '/v1/testing/clock',
    operationId: 'readClock',
    summary: "The broker's time",
    answer: ok('The time.', ClockBody),
    errors: [],
  },
  {
    ...OPEN,
    method: 'POST',
    path: '/v1/testing/clock/advance',
    operationId: 'advanceClock',
    summary: 'Move a manual clock forward',
    description: 'What is due on the way happens, each at its own time; retention has been enforced when the answer comes.',
    bodies: [json(AdvanceClockRequest)],
    bodyRequired: true,
    answer: ok('The time from then on.', ClockBody),
    errors: ['POLICY_VIOLATION'],
  },
  {
    ...OPEN,
    method: 'POST',
    path: '/v1/testing/snapshots',
    operationId: 'takeSnapshot',
    summary: 'Take what there is: topics, records, users, bindings, and the time',
    answer: { ...ok('How it is called.', SnapshotBody), status: 201 },
    errors: ['POLICY_VIOLATION'],
  },
  {
    ...OPEN,
    method: 'DELETE',
    path: '/v1/testing/snapshots/{snapshot}',
    operationId: 'forgetSnapshot',
    summary: 'Forget a snapshot',
    answer: done('It is gone.'),
    errors: ['RESOURCE_NOT_FOUND'],
  },
  {
    ...OPEN,
    method: 'POST',
    path: '/v1/testing/snapshots/{snapshot}/restore',
    operationId: 'restoreSnapshot',
    summary: 'Put back what a snapshot holds',
    description: 'Topics get new ids, and who waits for one of the old ones is told that it is gone. Faults and journal stay.',
    answer: done('It is back.'),
    errors: ['RESOURCE_NOT_FOUND'],
  },
  {
    ...OPEN,
    method: 'POST',
    path: '/v1/testing/reset',
    operationId: 'reset',
    summary: 'Put back what there was when the broker had started, without faults and with an empty journal',
    answer: done('It is as it was.'),
    errors: [],
  },
  {
    ...OPEN,
    method: 'GET',
    path: '/v1/testing/explain',
    operationId: 'explainForTest',
    summary: 'Say whether a principal may do something, and why',
    query: EXPLAIN_QUERY,
    answer: ok('The decision.', ExplainResponse),
    errors: [],
  },
]
