import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalHost } from '../src/host.ts'

const SPELLINGS: readonly (readonly [given: string, canonical: string | null])[] = [
  ['127.0.0.1', '127.0.0.1'],
  ['*', '*'],
  ['example.org', 'example.org'],
  ['::1', '::1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['::ffff:192.168.1.2', '192.168.1.2'],
  ['::ffff:c0a8:102', '192.168.1.2'],
  ['::ffff:0.0.0.1', '0.0.0.1'],
  ['fe80::1%eth0', 'fe80::1'],
  [':', null],
  ['1:2', null],
  ['::1]:80', null],
  ['::1/64', null],
  ['user@::1', null],
  ['::g', null],
]

for (const [given, canonical] of SPELLINGS) {
  test(`host ${given} is ${canonical ?? 'none'}`, () => assert.equal(canonicalHost(given), canonical))
}
