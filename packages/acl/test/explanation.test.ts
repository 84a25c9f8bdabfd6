import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createAuthorizer } from '../src/authorizer.ts'
import { arbitraryBinding, arbitraryQuestion, bindingOf, questionOf } from './bindings.ts'
import type { BindingRow, QuestionRow } from './decisions.ts'

const READ_LOGS: QuestionRow = ['User:alice', '10.0.0.1', 'READ', 'TOPIC', 'logs']

function explain(bindings: readonly BindingRow[], asked: QuestionRow = READ_LOGS, allowWithoutBinding = false) {
  const authorizer = createAuthorizer({ bindings: bindings.map(bindingOf), superUsers: new Set(['User:admin']), allowWithoutBinding })
  return authorizer.explain(questionOf(asked))
}

test('an ALLOW that decides is named', () => {
  const { allowed, binding, nearMisses, sentence } = explain([['ALLOW', 'User:*', '*', 'READ', 'TOPIC', 'PREFIXED', 'lo']])
  assert.equal(allowed, true)
  assert.equal(binding?.resourceName, 'lo')
  assert.deepEqual(nearMisses, [])
  assert.equal(sentence, 'User:alice may READ topic logs from 10.0.0.1: ALLOW READ for User:* from * on TOPIC PREFIXED lo')
})

test('a DENY that decides is named, and no ALLOW is suggested beside it', () => {
  const { sentence, nearMisses } = explain([
    ['DENY', 'User:alice', '*', 'ALL', 'TOPIC', 'LITERAL', '*'],
    ['ALLOW', 'User:alice', '10.0.0.2', 'READ', 'TOPIC', 'LITERAL', 'logs'],
  ])
  assert.equal(sentence, 'User:alice may not READ topic logs from 10.0.0.1: DENY ALL for User:alice from * on TOPIC LITERAL *')
  assert.deepEqual(nearMisses, [])
})

test('a super user is told so', () => {
  const { sentence } = explain([], ['User:admin', '::1', 'ALTER', 'CLUSTER', 'kafka-cluster'])
  assert.equal(sentence, 'User:admin may ALTER the cluster from ::1: a super user may do everything')
})

test('without a decisive binding, the closest that would have decided otherwise come first, with what they lack', () => {
  const host: BindingRow = ['ALLOW', 'User:alice', '10.0.0.2', 'READ', 'TOPIC', 'LITERAL', 'logs']
  const nameAndOperation: BindingRow = ['ALLOW', 'User:alice', '*', 'WRITE', 'TOPIC', 'LITERAL', 'metrics']
  const { reason, nearMisses, sentence } = explain([nameAndOperation, host])
  assert.equal(reason, 'no-binding-matches')
  assert.deepEqual(nearMisses, [
    { binding: bindingOf(host), differsIn: ['host'] },
    { binding: bindingOf(nameAndOperation), differsIn: ['operation', 'resource_name'] },
  ])
  assert.equal(
    sentence,
    'User:alice may not READ topic logs from 10.0.0.1: there are bindings on the resource, but none that matches; ' +
      'the closest is ALLOW READ for User:alice from 10.0.0.2 on TOPIC LITERAL logs, which differs in host',
  )
})

test('each field that differs is named', () => {
  const cases: readonly (readonly [BindingRow, string])[] = [
    [['ALLOW', 'User:bob', '*', 'READ', 'TOPIC', 'LITERAL', 'logs'], 'principal'],
    [['ALLOW', 'User:alice', '10.0.0.9', 'READ', 'TOPIC', 'LITERAL', 'logs'], 'host'],
    [['ALLOW', 'User:alice', '*', 'WRITE', 'TOPIC', 'LITERAL', 'logs'], 'operation'],
    [['ALLOW', 'User:alice', '*', 'READ', 'GROUP', 'LITERAL', 'logs'], 'resource_type'],
    [['ALLOW', 'User:alice', '*', 'READ', 'TOPIC', 'LITERAL', 'log'], 'resource_name'],
  ]
  for (const [row, field] of cases) assert.deepEqual(explain([row]).nearMisses[0]?.differsIn, [field])
})

test('what is allowed by default is explained by the DENY that came closest', () => {
  const { reason, nearMisses } = explain([['DENY', 'User:alice', '*', 'READ', 'TOPIC', 'LITERAL', 'log']], READ_LOGS, true)
  assert.equal(reason, 'default-allow')
  assert.deepEqual(nearMisses[0]?.differsIn, ['resource_name'])
})

test('with nothing close there is nothing to suggest', () => {
  const { nearMisses, sentence } = explain([['ALLOW', 'User:bob', '10.0.0.9', 'WRITE', 'GROUP', 'LITERAL', 'readers']])
  assert.deepEqual(nearMisses, [])
  assert.equal(sentence, 'User:alice may not READ topic logs from 10.0.0.1: no binding names the resource, and the default is to deny')
})

test('five are enough for a person', () => {
  const rows = Array.from({ length: 9 }, (_, i): BindingRow => ['ALLOW', `User:other-${i}`, '*', 'READ', 'TOPIC', 'LITERAL', 'logs'])
  assert.equal(explain(rows).nearMisses.length, 5)
})

test('the explanation and the decision never disagree, and a near miss never matches', () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryBinding, { maxLength: 12 }),
      arbitraryQuestion,
      fc.boolean(),
      (bindings, question, allowWithoutBinding) => {
        const authorizer = createAuthorizer({ bindings, superUsers: new Set(), allowWithoutBinding })
        const { nearMisses, sentence, ...decision } = authorizer.explain(question)
        assert.deepEqual(decision, authorizer.authorize(question))
        assert.ok(nearMisses.every((miss) => miss.differsIn.length > 0))
        assert.ok(sentence.startsWith(`${question.principal} ${decision.allowed ? 'may' : 'may not'} ${question.operation}`))
      },
    ),
    { seed: 20_261_121, numRuns: 1_000 },
  )
})
