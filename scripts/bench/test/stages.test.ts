import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Frame } from '../profile/cpu-profile.ts'
import { microsecondsByStage, STAGES } from '../profile/stages.ts'
import { summarizeProfile } from '../profile/summary.ts'

/** Own frame first, each as `name file`. */
function stack(selfUs: number, ...frames: readonly string[]) {
  return { selfUs, frames: frames.map(frame) }
}

function frame(text: string): Frame {
  const [name = '', file = ''] = text.split(' ')
  return { name: name.replaceAll('_', ' '), file, line: 7 }
}

function stagesOf(...stacks: readonly ReturnType<typeof stack>[]) {
  return Object.fromEntries(
    microsecondsByStage(stacks)
      .entries()
      .filter(([, us]) => us > 0),
  )
}

const ROUTE = 'answer apps/server/src/http/routes/datadog-logs.ts'
const WRITER = 'packages/storage/src/writer.ts'

test('a moment belongs to the innermost frame that has a stage', () => {
  assert.deepEqual(stagesOf(stack(5, 'crc32 node:zlib', 'sealRow packages/storage/src/batch-row.ts', `#insertRows ${WRITER}`, ROUTE)), {
    insert: 5,
  })
  assert.deepEqual(stagesOf(stack(5, 'skipString apps/server/src/http/json-array.ts', ROUTE)), { slice: 5 })
  assert.deepEqual(stagesOf(stack(5, 'emit node:events', 'receive apps/server/src/http/body.ts', ROUTE)), { read: 5 })
  assert.deepEqual(stagesOf(stack(5, 'gunzipSync node:zlib', 'inflateAtOnce apps/server/src/http/inflate.ts', ROUTE)), { inflate: 5 })
  assert.deepEqual(stagesOf(stack(5, 'writeUtf8String', 'handleWriteReq node:internal/stream_base_commons')), { answer: 5 })
  assert.deepEqual(stagesOf(stack(5, ROUTE)), { dispatch: 5 })
})

test('functions of one file can be of different stages', () => {
  assert.deepEqual(stagesOf(stack(1, `#insertRows ${WRITER}`, `#commitGroup ${WRITER}`), stack(2, `#commitGroup ${WRITER}`)), {
    insert: 1,
    commit: 2,
  })
  assert.deepEqual(stagesOf(stack(3, 'open apps/server/src/http/routes/datadog-logs.ts', ROUTE)), { authorize: 3 })
})

test("V8's own entries are told apart, and what nobody knows is other", () => {
  assert.deepEqual(stagesOf(stack(1, '(idle)', '(root)'), stack(2, '(program)'), stack(3, 'crc32 node:zlib', '(root)')), {
    idle: 1,
    'outside JavaScript': 2,
    other: 3,
  })
  assert.deepEqual(stagesOf(stack(4, '(garbage_collector)', '(root)')), { 'garbage collection': 4 })
})

test('every stage is there, in the order of a request, also when it took nothing', () => {
  assert.deepEqual([...microsecondsByStage([]).keys()], STAGES)
})

test('the summary groups by file, largest first, without what was idle', () => {
  const stacks = [stack(10, 'a one.ts'), stack(40, 'b two.ts'), stack(20, 'c two.ts', 'a one.ts'), stack(30, 'write'), stack(900, '(idle)')]
  assert.equal(
    summarizeProfile(stacks, 10),
    [
      'self time of the main thread, 10.0 µs per request',
      ' 60.0 %     6.0 µs  two.ts',
      ' 40.0 %     4.0 µs    b :7',
      ' 20.0 %     2.0 µs    c :7',
      " 30.0 %     3.0 µs  native code and V8's own",
      ' 30.0 %     3.0 µs    write',
      ' 10.0 %     1.0 µs  one.ts',
      ' 10.0 %     1.0 µs    a :7',
    ].join('\n'),
  )
})
