/** What was put into executables is read back by every build; here is what the reader says where nothing was. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readExecutable } from '../executable.ts'

/** Libraries are of the same formats as programs. */
const addons = join(import.meta.dirname, '../../../../packages/storage/node_modules/better-sqlite3/prebuilds')

for (const { name, platform, arch } of [
  { name: 'linux-x64', platform: 'linux', arch: 'x64' },
  { name: 'linux-arm64', platform: 'linux', arch: 'arm64' },
  { name: 'win32-x64', platform: 'win32', arch: 'x64' },
  { name: 'win32-arm64', platform: 'win32', arch: 'arm64' },
]) {
  test(`${name} is recognized, and nothing is found in it`, () => {
    const read = readExecutable(readFileSync(join(addons, `${name}.node`)), 'NODE_SEA_BLOB')
    assert.deepEqual(read, { platform, arch, resource: undefined })
  })
}

test('what is neither for Linux nor for Windows is refused', () => {
  assert.throws(() => readExecutable(readFileSync(join(addons, 'darwin-arm64.node')), 'NODE_SEA_BLOB'), /neither/)
})
