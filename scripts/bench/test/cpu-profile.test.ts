import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stacksIn } from '../profile/cpu-profile.ts'
import type { CpuProfile } from '../profile/cpu-profile.ts'

function node(id: number, functionName: string, url: string, children: readonly number[] = []) {
  return { id, callFrame: { functionName, url, lineNumber: 9 }, children }
}

const PROFILE: CpuProfile = {
  nodes: [
    node(1, '(root)', '', [2, 4]),
    node(2, 'answer', 'file:///somewhere/apps/server/src/http/app.ts', [3]),
    node(3, '', 'file:///x/node_modules/.pnpm/hono@4/node_modules/hono/dist/hono.js'),
    node(4, '(idle)', ''),
  ],
  startTime: 1000,
  samples: [4, 3, 3, 2, 4],
  timeDeltas: [10, 100, 20, 30, 40],
}
const ALWAYS = { fromUs: 0, untilUs: 10_000 }

test('a stack has its own frame first and counts until the next sample', () => {
  const [idle, anonymous, answer, ...others] = stacksIn(PROFILE, ALWAYS)
  assert.deepEqual(others, [])
  assert.equal(idle?.selfUs, 100)
  assert.equal(anonymous?.selfUs, 20 + 30)
  assert.deepEqual(
    anonymous?.frames.map(({ name }) => name),
    ['(anonymous)', 'answer', '(root)'],
  )
  assert.equal(answer?.selfUs, 40)
})

test('files go by their path in the repository or in their package, lines from 1', () => {
  const [, anonymous] = stacksIn(PROFILE, ALWAYS)
  assert.deepEqual(
    anonymous?.frames.map(({ file }) => file),
    ['hono/dist/hono.js', 'apps/server/src/http/app.ts', ''],
  )
  assert.equal(anonymous?.frames[0]?.line, 10)
})

test('samples outside of the window do not count', () => {
  const stacks = stacksIn(PROFILE, { fromUs: 1110, untilUs: 1130 })
  assert.deepEqual(
    stacks.map(({ selfUs }) => selfUs),
    [20],
  )
})

test('a sample that V8 took too early counts nothing', () => {
  const stacks = stacksIn({ ...PROFILE, timeDeltas: [10, 100, -5, 30, 40] }, ALWAYS)
  assert.equal(stacks[1]?.selfUs, 30)
})
