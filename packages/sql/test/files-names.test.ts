/** Stored names of files, as their readers make them out of the names that files had. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FILE_EXTENSION_LENGTH_MAX, FILE_STEM_LENGTH_MAX, FILES_PER_SUBFOLDER_MAX } from '@logbrook/kafka/limits'
import fc from 'fast-check'
import { idIn, isSubfolder, storedNameOf, subfolderOf } from '../src/files/stored-name.ts'

describe('the stored name of', () => {
  const cases: readonly (readonly [name: string, stored: string])[] = [
    ['My Document.pdf', '42-my-document.pdf'],
    ['Ünïcode Ω file.tar.gz', '42-ncode-filetar.gz'],
    ['a__b--c  d.TXT', '42-a-b-c-d.txt'],
    ['--edge--.png', '42-edge.png'],
    ['漢字.png', '42.png'],
    ['漢字', '42.bin'],
    ['', '42.bin'],
    ['README', '42-readme.bin'],
    ['.env', '42.env'],
    ['ends in a dot.', '42-ends-in-a-dot.bin'],
    ['x.ünï', '42-x.bin'],
    [`x.${'e'.repeat(FILE_EXTENSION_LENGTH_MAX)}`, `42-x.${'e'.repeat(FILE_EXTENSION_LENGTH_MAX)}`],
    [`x.${'e'.repeat(FILE_EXTENSION_LENGTH_MAX + 1)}`, '42-x.bin'],
    [`${'s'.repeat(FILE_STEM_LENGTH_MAX)}.a`, `42-${'s'.repeat(FILE_STEM_LENGTH_MAX)}.a`],
    [`${'s'.repeat(FILE_STEM_LENGTH_MAX)}s.a`, `42-${'s'.repeat(FILE_STEM_LENGTH_MAX)}.a`],
    // The cut comes before dashes collapse.
    [`${'-'.repeat(FILE_STEM_LENGTH_MAX - 1)}ab.a`, '42-a.a'],
    ['../../etc/passwd', '42.bin'],
    ['a/../b.txt', '42-ab.txt'],
  ]
  for (const [name, stored] of cases) test(JSON.stringify(name), () => assert.equal(storedNameOf('42', name), stored))

  test('anything holds nothing but small letters, digits, dashes and the dot of its extension, and gives back its id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (name, id) => {
        const stored = storedNameOf(String(id), name)
        assert.match(stored, /^\d+(?:-[\da-z]+)*\.[\da-z]{1,10}$/)
        assert.equal(idIn(stored), String(id))
      }),
      { seed: 7 },
    )
  })
})

test('a subfolder takes its files and not one more, and after the last comes the first', () => {
  assert.deepEqual([1, FILES_PER_SUBFOLDER_MAX, FILES_PER_SUBFOLDER_MAX + 1].map(subfolderOf), ['f0001', 'f0001', 'f0002'])
  assert.deepEqual([9_999 * FILES_PER_SUBFOLDER_MAX, 9_999 * FILES_PER_SUBFOLDER_MAX + 1].map(subfolderOf), ['f9999', 'f0001'])
})

test('what is no subfolder and no id', () => {
  assert.deepEqual(['f0001', 'f001', 'f00001', 'g0001', 'F0001', '..', 'f0001/'].map(isSubfolder), [
    true,
    false,
    false,
    false,
    false,
    false,
    false,
  ])
  assert.deepEqual(['42', '42-a.txt', '42.bin', '042', 'a42', '', '42a', '..', '99999999999999999'].map(idIn), [
    '42',
    '42',
    '42',
    ...Array<null>(6).fill(null),
  ])
})
