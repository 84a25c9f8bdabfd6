import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bindingMatchesFilter } from '@logbrook/kafka/acl'
import type { AclBinding } from '@logbrook/kafka/acl'
import { ERRORS, KafkaError } from '@logbrook/kafka/errors'
import { TOPIC_NAME_LENGTH_MAX } from '@logbrook/kafka/limits'
import { nearest, suggestion } from '@logbrook/kafka/nearest'
import { isPrincipal, principalOf } from '@logbrook/kafka/principal'
import { assertTopicName, isTopicName } from '@logbrook/kafka/topic-name'

test('legal topic names are Kafka’s', () => {
  for (const name of ['logs', 'a', '...', '.a', 'A-b_c.9', '__consumer_offsets', 'x'.repeat(TOPIC_NAME_LENGTH_MAX)]) {
    assert.equal(isTopicName(name), true, name)
  }
})

test('a topic name that is not legal is refused with its reason', () => {
  const reasons: [name: string, reason: RegExp][] = [
    ['', /empty/],
    ['.', /"\."/],
    ['..', /"\.\."/],
    ['x'.repeat(TOPIC_NAME_LENGTH_MAX + 1), /250 characters; the limit is 249/],
    ['a b', /characters other than/],
    ['a/b', /characters other than/],
    ['a\0', /characters other than/],
    ['ä', /characters other than/],
    ['a\n', /characters other than/],
  ]
  for (const [name, reason] of reasons) {
    assert.throws(
      () => assertTopicName(name),
      (error) => error instanceof KafkaError && error.error === 'INVALID_TOPIC_EXCEPTION' && reason.test(error.message),
    )
  }
})

test('principals are users', () => {
  assert.equal(principalOf('alice'), 'User:alice')
  assert.equal(isPrincipal('User:alice'), true)
  for (const text of ['User:', 'alice', 'Group:a', 'user:a', '']) assert.equal(isPrincipal(text), false, text)
})

test('the nearest word is the one that takes the fewest edits', () => {
  assert.equal(nearest('retention.sm', ['retention.bytes', 'retention.ms', 'max.message.bytes']), 'retention.ms')
  assert.equal(nearest('PORT', ['host', 'port']), 'port')
  assert.equal(nearest('prot', ['host', 'port']), 'port')
  assert.equal(nearest('principal', ['allow-principal', 'operation']), 'allow-principal')
  assert.equal(nearest('x', []), undefined)
})

test('a word that is like none is answered with what there is', () => {
  assert.equal(nearest('memory', ['host', 'port']), undefined)
  assert.equal(nearest('a', ['b']), undefined)
  assert.equal(suggestion('prot', ['host', 'port']), '; did you mean port?')
  assert.equal(
    suggestion('memory', ['host', 'port', 'acls'], (word) => `--${word}`),
    '; there are --host, --port and --acls',
  )
  assert.equal(suggestion('memory', ['port']), '; there is only port')
  assert.equal(suggestion('memory', []), '')
  const many = Array.from({ length: 21 }, (_, i) => `${i}`)
  assert.match(suggestion('memory', many.slice(1)), /^; there are 1, .* and 20$/)
  assert.equal(suggestion('memory', many), '')
})

test('an error has Kafka’s number and a status from the one table', () => {
  const error = new KafkaError('TOPIC_AUTHORIZATION_FAILED', 'no')
  assert.deepEqual([error.code, error.status, error.retriable, error.name], [29, 403, false, 'KafkaError'])
  const codes = Object.values(ERRORS).flatMap(({ code }) => (code === null ? [] : [code]))
  assert.equal(new Set(codes).size, codes.length, 'two errors share a number')
})

test('a filter matches the bindings whose fields equal those it names', () => {
  const binding: AclBinding = {
    resourceType: 'TOPIC',
    resourceName: 'logs',
    patternType: 'LITERAL',
    principal: 'User:alice',
    host: '*',
    operation: 'READ',
    permissionType: 'ALLOW',
  }
  assert.equal(bindingMatchesFilter(binding, {}), true)
  assert.equal(bindingMatchesFilter(binding, { principal: 'User:alice', operation: 'READ' }), true)
  assert.equal(bindingMatchesFilter(binding, { principal: 'User:alice', operation: 'WRITE' }), false)
})
