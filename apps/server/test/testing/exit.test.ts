import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { temporaryDirectory } from '../temporary-directory.ts'

test('a process exits by itself when its brokers are stopped, and nothing lies about', { timeout: 60_000 }, async () => {
  await using directory = await temporaryDirectory()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'children/exit.ts'), directory.path], {
    // Whatever is put in a temporary place would be found there.
    env: { ...process.env, TMPDIR: directory.path },
    cwd: directory.path,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  assert.deepEqual([exitCode, stderr], [0, ''])
  assert.equal(stdout, 'left: \n')
  assert.deepEqual(readdirSync(directory.path).toSorted(), ['manual', 'system'])
  assert.deepEqual(readdirSync(join(directory.path, 'manual')).toSorted(), ['logbrook.db', 'logbrook.lock'])
})
