/** What the intake looks at first: credentials, topic syntax, permission, existence, headers, body (D11, D14). */
import { paddedBatch, MIB } from '../bodies.ts'
import type { ConformanceCase, Exchange, Expectation, Request } from '../case.ts'
import { intakeRefused, logs, TAKEN, UNHARMED, VALIDATE } from '../requests.ts'

const UNAUTHENTICATED = intakeRefused(401, 'SASL_AUTHENTICATION_FAILED')
const NO_TOPIC = intakeRefused(400, 'INVALID_TOPIC_EXCEPTION', /topic/i)
const DENIED = intakeRefused(403, 'TOPIC_AUTHORIZATION_FAILED', /\$WRITER.*WRITE|WRITE.*\$WRITER/s)
const WRONG_TYPE = intakeRefused(400, 'INVALID_REQUEST', /content-type/i)
const WRONG_ENCODING = intakeRefused(400, 'INVALID_REQUEST', /content-encoding/i)

const GOOD = { 'DD-API-KEY': '$WRITER:secret' }
const WRONG = { 'DD-API-KEY': '$WRITER:wrong' }
const TEXT = { 'Content-Type': 'text/plain' }
const BROTLI = { 'Content-Encoding': 'br' }

const USER = { name: '$WRITER', password: 'secret' }
const WRITE = { principal: 'User:$WRITER', operation: 'WRITE', resource_name: '$TOPIC' }

/** To both paths, since both behave the same. */
function both(
  topic: string,
  body: NonNullable<Request['body']>,
  headers: Record<string, string>,
  expect: Expectation,
): readonly Exchange[] {
  return [`/dd/${topic}/api/v2/logs`, `/dd/${topic}/v1/input`].map((path) => ({ request: logs(body, headers, path), expect }))
}

export const INTAKE_ORDER_CASES: readonly ConformanceCase[] = [
  {
    name: 'intake: credentials come before all else',
    proves: ['D11', 'A2'],
    needs: 'sasl-required',
    given: { users: [USER] },
    steps: [
      ...both('%2e%2e', '', { ...WRONG, ...TEXT }, UNAUTHENTICATED),
      ...both('$MISSING', '[{"a":1}]', WRONG, UNAUTHENTICATED),
      ...both('$TOPIC', '[1]', { ...WRONG, ...BROTLI }, UNAUTHENTICATED),
      ...both('$TOPIC', '{}', WRONG, UNAUTHENTICATED),
      { request: logs(() => paddedBatch(65 * MIB), WRONG), expect: UNAUTHENTICATED },
    ],
  },
  {
    name: 'intake: with credentials, topic syntax, existence, headers and body come in this order',
    proves: ['D11'],
    needs: 'sasl-required',
    given: { users: [USER] },
    steps: [
      ...both('%2e%2e', '', { ...GOOD, ...TEXT }, NO_TOPIC),
      ...both('$MISSING', '', { ...GOOD, ...TEXT }, NO_TOPIC),
      ...both('$TOPIC', '', { ...GOOD, ...TEXT }, WRONG_TYPE),
      ...both('$TOPIC', '[1]', { ...GOOD, ...BROTLI }, WRONG_ENCODING),
      ...both('$TOPIC', '[1]', GOOD, intakeRefused(400, 'INVALID_REQUEST')),
      ...both('$TOPIC', '[{"a":1}]', GOOD, TAKEN),
    ],
  },
  {
    name: 'intake: a missing topic is named, with the probe too',
    proves: ['D11', 'D2', 'D14'],
    steps: ['[{"a":1}]', '{}', '[]'].flatMap((body) =>
      both('$MISSING', body, {}, intakeRefused(400, 'INVALID_TOPIC_EXCEPTION', /\$MISSING/)),
    ),
  },
  {
    name: 'intake: topic syntax comes before permission, permission before existence, headers and body',
    proves: ['D11', 'A6'],
    needs: 'acls',
    given: { topics: [{ name: '$TOPIC' }, { name: '$OTHER' }], users: [USER], bindings: [WRITE] },
    steps: [
      ...both('%2e%2e', '[{"a":1}]', GOOD, NO_TOPIC),
      ...both('$OTHER', '[{"a":1}]', GOOD, DENIED),
      ...both('$OTHER', '', { ...GOOD, ...TEXT, ...BROTLI }, DENIED),
      ...both('$TOPIC', '', { ...GOOD, ...TEXT }, WRONG_TYPE),
      ...both('$TOPIC', '[{"a":1}]', GOOD, TAKEN),
    ],
  },
  {
    name: 'intake: a denied principal cannot tell a missing topic from a forbidden one',
    proves: ['D11'],
    needs: 'acls',
    given: { users: [USER] },
    steps: [
      ...['$TOPIC', '$MISSING'].flatMap((topic) => ['[{"a":1}]', '{}', '[1]', ''].flatMap((body) => both(topic, body, GOOD, DENIED))),
      ...['$TOPIC', '$MISSING'].map((topic) => ({
        request: { method: 'GET', path: VALIDATE.replace('$TOPIC', topic), headers: GOOD },
        expect: DENIED,
      })),
    ],
  },
  {
    name: 'intake: the probe is checked as a batch would be',
    proves: ['D2'],
    needs: 'acls',
    given: { topics: [{ name: '$TOPIC' }, { name: '$OTHER' }], users: [USER], bindings: [WRITE, { ...WRITE, resource_name: '$MISSING' }] },
    steps: [
      ...both('$TOPIC', '{}', GOOD, TAKEN),
      ...both('$OTHER', '{}', GOOD, DENIED),
      ...both('$MISSING', '{}', GOOD, NO_TOPIC),
      ...both('$TOPIC', '{}', { ...GOOD, ...TEXT }, WRONG_TYPE),
      ...both('$TOPIC', '{}', { ...GOOD, ...BROTLI }, WRONG_ENCODING),
    ],
  },
  {
    name: 'intake: of wrong headers and a wrong body the headers are named',
    proves: ['D11', 'D5', 'D6'],
    steps: [...both('$TOPIC', '[1', TEXT, WRONG_TYPE), ...both('$TOPIC', '[1', BROTLI, WRONG_ENCODING), ...UNHARMED],
  },
]
