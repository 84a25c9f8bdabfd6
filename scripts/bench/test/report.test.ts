import assert from 'node:assert/strict'
import { test } from 'node:test'
import { line, table } from '../report.ts'
import type { Finding } from '../scenario.ts'
import { spread } from '../statistics.ts'

const FULL: Finding = {
  name: 'intake',
  unit: 'records/s',
  spread: spread([454_321, 429_000, 533_000]),
  floor: { name: 'sink', spread: spread([2_000_000]) },
  latency: { p50Ms: 1.26, p99Ms: 31.84, slowestMs: 145.1 },
  usage: { serverCores: 1.052, rssMb: 230, generatorCores: 0.07 },
  note: 'durability os',
}
const BARE: Finding = { name: 'disk', unit: '×', spread: spread([1.0253]), note: '' }

test('a line has what there is, large numbers in thousands and small ones with three digits', () => {
  assert.equal(line(FULL), 'intake  records/s  429k / 454k / 533k  sink 2000k  0.227  1.26 / 31.8 / 145  1.05  230  0.07  durability os')
  assert.equal(line(BARE), 'disk  ×  1.03')
})

test('a table is Markdown whose columns are as wide as their widest cell', () => {
  const lines = table([FULL, BARE]).split('\n')
  assert.equal(lines.length, 4)
  assert.match(lines[1]!, /^\|-+(\|-+){9}\|$/)
  assert.deepEqual(
    lines.map((row) => row.length),
    lines.map(() => lines[0]!.length),
  )
})
