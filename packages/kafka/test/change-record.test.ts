import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeHeaders, changeOf } from '../src/change-record.ts'
import type { RecordHeader } from '../src/record.ts'

const value = Buffer.from('{}')

test('a change is read from the headers that it was given', () => {
  for (const operation of ['insert', 'update', 'delete'] as const) {
    const headers = changeHeaders({ operation, user: 'ännchen' })
    assert.deepEqual(changeOf({ value, headers }), { operation, user: 'ännchen' })
    assert.deepEqual(changeOf({ value, headers: headers.slice(0, 1) }), { operation, user: null })
  }
})

test('any other record was appended, and one without a value is a deletion, by nobody in particular', () => {
  const strange: readonly (readonly RecordHeader[])[] = [
    [],
    [{ key: 'op', value: Buffer.from('update') }],
    [{ key: 'kalamdb-op', value: Buffer.from('upsert') }],
    [{ key: 'kalamdb-op', value: null }],
    [{ key: 'kalamdb-user', value: Buffer.from('root') }],
  ]
  for (const headers of strange) {
    assert.deepEqual(changeOf({ value, headers }), { operation: 'insert', user: null })
    assert.deepEqual(changeOf({ value: null, headers }), { operation: 'delete', user: null })
  }
})
