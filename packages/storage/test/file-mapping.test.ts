/** The mapping of the database file follows it as checkpoints make it longer. */
import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { platform } from 'node:os'
import { test } from 'node:test'
import { databaseFile, openDatabase } from '../src/database.ts'
import { createFileMapping } from '../src/file-mapping.ts'
import { tamper, temporaryDirectory } from './fixture.ts'

test(
  'what checkpoints add is mapped, and no less than that',
  { skip: platform() !== 'linux' && 'only Linux shows mappings as a file' },
  async () => {
    await using directory = await temporaryDirectory()
    const file = databaseFile(directory.path)
    const database = openDatabase({ dataDir: directory.path }, 'none')
    try {
      const map = createFileMapping(database)
      const insert = database.prepare('INSERT INTO batch VALUES (?, 0, 0, 1, 1, 0, zeroblob(1), zeroblob(1000000))')
      const select = database.prepare<[number], number>('SELECT length(substr(body, 999999)) FROM batch WHERE id = ?').pluck()
      for (let id = 1; id <= 60; id++) {
        insert.run(id)
        tamper(directory.path, (another) => another.pragma('wal_checkpoint(PASSIVE)'))
        map()
        assert.equal(select.get(id), 2)
      }
      const fileBytes = statSync(file).size
      assert.ok(fileBytes > 60_000_000)
      assert.ok(mappedBytes(file) >= fileBytes / 1.25 - 1_024 * 4_096, `${mappedBytes(file)} of ${fileBytes}`)
    } finally {
      database.close()
    }
  },
)

/** Lines of `/proc/self/maps` begin with an address range in hexadecimal and end with the file (proc(5)). */
function mappedBytes(file: string): number {
  const lines = readFileSync('/proc/self/maps', 'utf8').split('\n')
  const ranges = lines.filter((line) => line.endsWith(file)).map((line) => line.split(' ')[0]!.split('-'))
  return ranges.reduce((sum, [from, to]) => sum + Number(`0x${to!}`) - Number(`0x${from!}`), 0)
}
