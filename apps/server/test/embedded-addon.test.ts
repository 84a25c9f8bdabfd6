/** Where a single executable puts the library that the operating system can load from a file only, and whom it does not trust. */
import assert from 'node:assert/strict'
import { chmod, chown, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { placeAddon } from '../src/embedded-addon.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const bytes = Buffer.from('a library')

test('the file is whole, in a directory of this user alone', async () => {
  await using temporary = await temporaryDirectory()
  const directory = join(temporary.path, 'logbrook')
  const file = placeAddon({ directory, name: 'sqlite.node', bytes })
  assert.equal(file, join(directory, 'sqlite.node'))
  assert.deepEqual(await readFile(file), bytes)
  assert.equal((await stat(directory)).mode & 0o777, 0o700)
  assert.equal((await stat(file)).mode & 0o777, 0o500)
  assert.deepEqual(await readdir(directory), ['sqlite.node'])
})

test('what is there is taken as it is', async () => {
  await using temporary = await temporaryDirectory()
  const directory = join(temporary.path, 'logbrook')
  const first = await stat(placeAddon({ directory, name: 'sqlite.node', bytes }))
  const second = await stat(placeAddon({ directory, name: 'sqlite.node', bytes }))
  assert.equal(second.ino, first.ino)
})

test('other bytes under the name are replaced', async () => {
  await using temporary = await temporaryDirectory()
  const directory = join(temporary.path, 'logbrook')
  await mkdir(directory, { mode: 0o700 })
  await writeFile(join(directory, 'sqlite.node'), 'another library')
  assert.deepEqual(await readFile(placeAddon({ directory, name: 'sqlite.node', bytes })), bytes)
})

test('a directory that others can open is refused', async () => {
  await using temporary = await temporaryDirectory()
  const directory = join(temporary.path, 'logbrook')
  for (const mode of [0o701, 0o720, 0o750, 0o777]) {
    await mkdir(directory, { recursive: true })
    await chmod(directory, mode)
    assert.throws(() => placeAddon({ directory, name: 'sqlite.node', bytes }), /open to other users/)
  }
  assert.deepEqual(await readdir(directory), [])
})

test('a link in place of the directory is refused', async () => {
  await using temporary = await temporaryDirectory()
  await mkdir(join(temporary.path, 'elsewhere'), { mode: 0o700 })
  const directory = join(temporary.path, 'logbrook')
  await symlink(join(temporary.path, 'elsewhere'), directory)
  assert.throws(() => placeAddon({ directory, name: 'sqlite.node', bytes }), /not a directory/)
  assert.deepEqual(await readdir(join(temporary.path, 'elsewhere')), [])
})

test(
  'a directory of another user is refused',
  { skip: process.getuid?.() !== 0 && 'only root can give a directory to another user' },
  async () => {
    await using temporary = await temporaryDirectory()
    const directory = join(temporary.path, 'logbrook')
    await mkdir(directory, { mode: 0o700 })
    await chown(directory, 65_534, 65_534)
    assert.throws(() => placeAddon({ directory, name: 'sqlite.node', bytes }), /belongs to another user, 65534/)
  },
)
