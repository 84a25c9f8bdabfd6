/** What a server has to be configured for, and does not do unless it is (D16). */
import type { ConformanceCase } from '../case.ts'
import { entry, fetched, fetchTopics, holds, intakeRefused, logs, recordsFrom, TAKEN, takenAt, UNHARMED, VALIDATE } from '../requests.ts'
import type { Expectation } from '../case.ts'
import { ROOT_TOPIC } from '../profiles.ts'

const accepted = (expectation: Expectation): Expectation => ({ ...expectation, status: 202 })

const ROOT_PATHS = ['/api/v2/logs', '/v1/input', '//api/v2//logs/', '/v1/input?ddsource=x']

export const INTAKE_OPTION_CASES: readonly ConformanceCase[] = [
  {
    name: 'intake: 202 where it is configured, for batches and probes',
    proves: ['D16', 'D1'],
    needs: 'intake-options',
    steps: [
      { request: logs('[{"a":1}]'), expect: accepted(takenAt(0, 0)) },
      { request: logs('{}'), expect: accepted(TAKEN) },
      { request: logs('[]'), expect: accepted(TAKEN) },
      { request: { method: 'GET', path: VALIDATE }, expect: { status: 200, body: '{"valid":true}' } },
      { request: logs('[1]'), expect: intakeRefused(400, 'INVALID_REQUEST') },
      holds(['{"a":1}']),
    ],
  },
  {
    name: 'intake: a bare object is one record where it is configured, and {} is still the probe',
    proves: ['D16', 'D3'],
    needs: 'intake-options',
    steps: [
      { request: logs(' {"b": 1.0,\n"a":[{}] }\n'), expect: accepted(takenAt(0, 0)) },
      { request: logs('{ }'), expect: accepted(TAKEN) },
      { request: logs('{"a":1} x'), expect: intakeRefused(400, 'INVALID_REQUEST') },
      { request: logs('"text"'), expect: intakeRefused(400, 'INVALID_REQUEST') },
      holds(['{"b": 1.0,\n"a":[{}] }']),
    ],
  },
  ...ROOT_PATHS.map((path): ConformanceCase => ({
    name: `intake: ${path} writes to the configured topic`,
    proves: ['D16'],
    needs: 'intake-options',
    given: { topics: [{ name: ROOT_TOPIC }] },
    steps: [
      { request: logs('[{"root":1}]', {}, path), expect: accepted(takenAt(0, 0)) },
      { request: logs('[1]', {}, path), expect: intakeRefused(400, 'INVALID_REQUEST') },
      { request: fetchTopics([[ROOT_TOPIC, [0, 0]]]), expect: fetched([ROOT_TOPIC, entry(0, [0, 1], recordsFrom(0, ['{"root":1}']))]) },
    ],
  })),
  {
    name: 'intake: a root topic that is missing is 400',
    proves: ['D16', 'D11'],
    needs: 'intake-options',
    steps: ['/api/v2/logs', '/v1/input'].map((path) => ({
      request: logs('[{"a":1}]', {}, path),
      expect: intakeRefused(400, 'INVALID_TOPIC_EXCEPTION', new RegExp(ROOT_TOPIC)),
    })),
  },
  {
    name: 'intake: nothing of this is done unless it is configured',
    proves: ['D16'],
    steps: [
      ...['/api/v2/logs', '/v1/input'].map((path) => ({ request: logs('[{"a":1}]', {}, path), expect: { status: [400, 404] } })),
      { request: logs('{"a":1}'), expect: intakeRefused(400, 'INVALID_REQUEST') },
      ...UNHARMED,
    ],
  },
]
