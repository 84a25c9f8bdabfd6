/** The examples that are npm projects, each with the published package in a folder of its own outside the repository. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { temporaryDirectory } from '../temporary-directory.ts'
import { copyExample, EXAMPLES, pack, run, typeCheckProject } from './user-project.ts'

/** What each runner says when all is well. */
const PASSED = {
  'node-test': /pass 5\n.*fail 0/,
  kalamdb: /pass 5\n.*fail 0/,
  vitest: /Test Files.*2 passed[^]*Tests.*8 passed/,
  jest: /Test Suites: 2 passed, 2 total\nTests: {7}4 passed, 4 total/,
}

describe('the examples', { concurrency: true }, () => {
  const opened = new AsyncDisposableStack()
  let scratch: string
  let tarball: string

  before(async () => {
    scratch = opened.use(await temporaryDirectory()).path
    tarball = await pack(scratch)
  })
  after(() => opened.disposeAsync())

  test('each is run here, and names the versions that it was run with', async () => {
    const names = (await readdir(EXAMPLES)).filter((name) => existsSync(join(EXAMPLES, name, 'package.json')))
    assert.deepEqual(names.toSorted(), Object.keys(PASSED).toSorted())
    for (const name of names) {
      const { devDependencies } = JSON.parse(await readFile(join(EXAMPLES, name, 'package.json'), 'utf8')) as {
        readonly devDependencies: Readonly<Record<string, string>>
      }
      const { logbrook, ...others } = devDependencies
      assert.equal(logbrook, 'latest')
      for (const version of Object.values(others)) assert.match(version, /^\d+\.\d+\.\d+$/)
    }
  })

  for (const [name, passed] of Object.entries(PASSED)) {
    test(name, async () => {
      const directory = join(scratch, name)
      await copyExample(name, directory, tarball)
      if (existsSync(join(directory, 'tsconfig.json'))) await typeCheckProject(directory)
      const { stdout, stderr } = await run('npm', ['test'], directory)
      // oxlint-disable-next-line no-control-regex -- colours, which some runners use wherever they write to
      assert.match((stdout + stderr).replaceAll(/\u001B\[[\d;]*m/g, ''), passed)
    })
  }
})
