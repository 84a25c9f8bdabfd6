/** The shipped form for a machine that has Node: built, copied nowhere near the sources, and run. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { promisify } from 'node:util'
import { listening } from './real-process.ts'
import { testShippedForm } from './shipped-form.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const BUILD = join(import.meta.dirname, '../../../scripts/build/main.ts')
const run = promisify(execFile)

describe('the bundle', () => {
  const opened = new AsyncDisposableStack()
  let directory: string
  let main: string

  before(async () => {
    directory = opened.use(await temporaryDirectory()).path
    main = join(directory, 'dist/main.js')
    await run(process.execPath, [BUILD, '--out', join(directory, 'dist')])
  })
  after(() => opened.disposeAsync())

  testShippedForm(() => ({
    directory,
    run: async (args) => (await run(process.execPath, [main, ...args], { cwd: directory })).stdout,
    start: (args) => listening(process.execPath, [main, 'start', '--port', '0', ...args], directory),
  }))
})
