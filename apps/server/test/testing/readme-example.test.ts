import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { temporaryDirectory } from '../temporary-directory.ts'

const README = join(import.meta.dirname, '../../../../README.md')
const ENTRY = pathToFileURL(join(import.meta.dirname, '../../src/testing/testing.ts')).href

test("the README's example passes as it is", async () => {
  await using directory = await temporaryDirectory()
  const [, example, ...more] = readFileSync(README, 'utf8').split(/^```ts\n/m)
  assert.ok(example !== undefined && more.length === 0, 'the README has one example in TypeScript')
  const code = example.slice(0, example.indexOf('\n```')).replace("'logbrook/testing'", JSON.stringify(ENTRY))
  assert.ok(code.includes(ENTRY))
  await writeFile(join(directory.path, 'example.test.mts'), code)
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, ['--test', '--test-reporter=tap'], { cwd: directory.path, env }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    )
  })
  assert.match(output, /^# pass 1$/m, output)
  assert.match(output, /^# fail 0$/m, output)
})
