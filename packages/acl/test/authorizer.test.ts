import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DECISIONS_REMEMBERED_MAX } from '@logbrook/kafka/limits'
import { createAuthorizer } from '../src/authorizer.ts'
import { bindingOf, questionOf } from './bindings.ts'
import { DECISIONS } from './decisions.ts'

for (const { because, bindings, superUsers = [], allowWithoutBinding = false, asked, answer, reason } of DECISIONS) {
  test(`${answer}: ${because}`, () => {
    const options = { superUsers: new Set(superUsers), allowWithoutBinding }
    for (const order of [bindings, bindings.toReversed()]) {
      const authorizer = createAuthorizer({ ...options, bindings: order.map(bindingOf) })
      const decision = authorizer.authorize(questionOf(asked))
      assert.deepEqual([decision.allowed ? 'ALLOWED' : 'DENIED', decision.reason], [answer, reason])
    }
  })
}

test('the table is a table: no row twice, enough of them', () => {
  assert.ok(DECISIONS.length >= 40)
  assert.equal(new Set(DECISIONS.map((row) => row.because)).size, DECISIONS.length)
})

test('the binding named is the most particular that decides', () => {
  const every = bindingOf(['ALLOW', 'User:*', '*', 'READ', 'TOPIC', 'LITERAL', '*'])
  const prefix = bindingOf(['ALLOW', 'User:*', '*', 'READ', 'TOPIC', 'PREFIXED', 'lo'])
  const name = bindingOf(['ALLOW', 'User:alice', '*', 'READ', 'TOPIC', 'LITERAL', 'logs'])
  const options = { superUsers: new Set<never>(), allowWithoutBinding: false }
  const question = questionOf(['User:alice', '10.0.0.1', 'READ', 'TOPIC', 'logs'])
  assert.equal(createAuthorizer({ ...options, bindings: [every, prefix, name] }).authorize(question).binding, name)
  assert.equal(createAuthorizer({ ...options, bindings: [every, prefix] }).authorize(question).binding, prefix)
})

test('a remembered decision is the same, before and after the memory is full', () => {
  const allowed = bindingOf(['ALLOW', 'User:alice', '*', 'READ', 'TOPIC', 'LITERAL', 'logs'])
  const authorizer = createAuthorizer({ bindings: [allowed], superUsers: new Set(), allowWithoutBinding: false })
  const logs = questionOf(['User:alice', '10.0.0.1', 'READ', 'TOPIC', 'logs'])
  const first = authorizer.authorize(logs)
  for (let i = 0; i < DECISIONS_REMEMBERED_MAX - 1; i++) {
    assert.equal(authorizer.authorize(questionOf(['User:alice', '10.0.0.1', 'READ', 'TOPIC', `other-${i}`])).reason, 'default-deny')
  }
  assert.equal(authorizer.authorize(logs), first, 'as many as are remembered')
  authorizer.authorize(questionOf(['User:alice', '10.0.0.1', 'READ', 'TOPIC', 'one-more']))
  const again = authorizer.authorize(logs)
  assert.notEqual(again, first, 'one more, and it is decided anew')
  assert.deepEqual(again, first)
})

test('a group name with line breaks cannot borrow the decision about another resource', () => {
  const allowed = bindingOf(['ALLOW', 'User:alice', '*', 'READ', 'GROUP', 'LITERAL', 'x\nREAD\nGROUP\ny'])
  const authorizer = createAuthorizer({ bindings: [allowed], superUsers: new Set(), allowWithoutBinding: false })
  assert.equal(authorizer.authorize(questionOf(['User:alice', '10.0.0.1', 'READ', 'GROUP', 'x\nREAD\nGROUP\ny'])).allowed, true)
  assert.equal(authorizer.authorize(questionOf(['User:alice', '10.0.0.1', 'READ', 'GROUP', 'y'])).allowed, false)
})
