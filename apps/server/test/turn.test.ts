import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTurn } from '../src/http/turn.ts'

test('what waits for the end of a turn goes on together, when all that was due has been done', async () => {
  const turn = createTurn()
  const seen: string[] = []
  const first = turn.end().then(() => seen.push('first'))
  queueMicrotask(() => seen.push('a microtask'))
  process.nextTick(() => seen.push('a tick'))
  const second = turn.end().then(() => seen.push('second'))
  await Promise.all([first, second])
  assert.deepEqual(seen.toSorted(), ['a microtask', 'a tick', 'first', 'second'])
  assert.deepEqual(seen.slice(-2), ['first', 'second'])
})

test('each turn ends', async () => {
  const turn = createTurn()
  const first = turn.end()
  assert.equal(turn.end(), first)
  await first
  assert.notEqual(turn.end(), first)
  await turn.end()
})
