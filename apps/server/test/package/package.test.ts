/** The published package, installed from its tarball as its users install it, in each of its uses. */
import assert from 'node:assert/strict'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { decoded, requestJson } from '../broker-requests.ts'
import type { WireRecord } from '../broker-requests.ts'
import { listening } from '../real-process.ts'
import { testShippedForm } from '../shipped-form.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { install, nodePath, npxLogbrook, pack, run, typeCheck, writeManifest } from './user-project.ts'

const OLDEST_NODE = '22.15.0'
const PROGRAM = 'node_modules/logbrook/bin/logbrook.js'

describe('the published package', () => {
  const opened = new AsyncDisposableStack()
  let scratch: string
  let project: string

  before(async () => {
    scratch = opened.use(await temporaryDirectory()).path
    const tarball = await pack(scratch)
    const projects = await Promise.all([newProject('npm', tarball), newProject('pnpm', tarball)])
    project = projects[0]
  })
  after(() => opened.disposeAsync())

  async function newProject(by: keyof typeof install, tarball: string): Promise<string> {
    const directory = join(scratch, by)
    await mkdir(directory)
    await writeManifest(directory)
    await install[by](directory, tarball)
    return directory
  }

  test('it is one package, which needs no other and runs nothing when it is installed, also from a lockfile', async () => {
    await rm(join(project, 'node_modules'), { recursive: true })
    // Reading a lockfile, npm takes a binding.gyp for a wish to compile.
    const { stdout, stderr } = await run('npm', ['ci', '--foreground-scripts', '--loglevel', 'silly', '--prefer-offline'], project)
    assert.doesNotMatch(stdout + stderr, /gyp|info run/)
    assert.deepEqual(await readdir(join(project, 'node_modules')), ['.bin', '.package-lock.json', 'logbrook'])
    const installed = (await readdir(join(project, 'node_modules/logbrook'), { recursive: true })) as readonly string[]
    assert.equal(installed.filter((file) => /gyp|\.(?:c|cpp|h)$/.test(file)).length, 0)
    assert.equal(installed.filter((file) => file.endsWith('.node')).length, 8)
    const { scripts, dependencies } = JSON.parse(await readFile(join(project, 'node_modules/logbrook/package.json'), 'utf8')) as {
      readonly [field in 'scripts' | 'dependencies']?: unknown
    }
    assert.deepEqual({ scripts, dependencies }, { scripts: undefined, dependencies: undefined })
  })

  test('what ships names the licenses of what is inside', async () => {
    const licenses = await readFile(join(project, 'node_modules/logbrook/dist/THIRD-PARTY-LICENSES'), 'utf8')
    for (const name of ['better-sqlite3', 'hono', 'zod', 'pino', 'prom-client', 'fflate', 'libpg-query'])
      assert.match(licenses, new RegExp(`^${name} \\d.*: MIT$|^${name} \\d.*: Apache-2.0$`, 'm'))
  })

  for (const by of ['npm', 'pnpm'] as const) {
    test(`installed by ${by}: the program, the client and the fixture work as the README says`, async () => {
      const directory = join(scratch, by)
      await using broker = await npxLogbrook(directory)
      const files = await writeReadmeFiles(directory, broker.url)
      assert.deepEqual(files, ['client.ts', 'embedded.ts', 'hello.test.ts'])
      assert.match((await run(process.execPath, ['client.ts'], directory)).stdout, /^[0-3] 0 hello\n$/)
      assert.match((await run(process.execPath, ['embedded.ts'], directory)).stdout, /^listening on http:\/\/127\.0\.0\.1:\d+\n$/)
      assert.match((await run(process.execPath, ['--test', '--test-reporter=tap', 'hello.test.ts'], directory)).stdout, /^# pass 1$/m)

      const npx = (...args: readonly string[]) =>
        run('npx', ['--no', '--', 'logbrook', ...args, '--url', broker.url], directory, '{"n":1}\n')
      await npx('topics', 'create', 'numbers')
      await npx('produce', 'numbers')
      const { value } = (await requestJson(`${broker.url}/v1/kafka/topics/numbers/partitions/0/records/0`)) as WireRecord
      assert.equal(decoded(value), '{"n":1}')
      assert.equal(await broker.stop(), 0)
      assert.deepEqual(await readdir(join(directory, 'logbrook-data')), ['logbrook.db', 'logbrook.lock'])
    })
  }

  /** Those of the README's blocks that begin with a file's name. */
  async function writeReadmeFiles(directory: string, url: string): Promise<readonly string[]> {
    const readme = await readFile(join(project, 'node_modules/logbrook/README.md'), 'utf8')
    const files = Array.from(readme.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gms), ([, name, text]) => ({ name: name!, text: text! }))
    for (const { name, text } of files) await writeFile(join(directory, name), text.replaceAll('http://127.0.0.1:8080', url))
    return files.map(({ name }) => name).toSorted()
  }

  test('its types are whole: in a strict project that checks its libraries, and for the client in one that knows only browsers', async () => {
    const strict = { strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true }
    const files = ['hello.test.ts', 'client.ts', 'embedded.ts']
    await writeReadmeFiles(project, 'http://127.0.0.1:8080')
    await typeCheck(project, files, { ...strict, module: 'nodenext', lib: ['es2024', 'esnext.disposable'], types: ['node'] })
    await typeCheck(project, files, { ...strict, module: 'esnext', moduleResolution: 'bundler', lib: ['es2022'], types: ['node'] })
    await typeCheck(project, ['client.ts'], { ...strict, module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'], types: [] })
  })

  test('the client names nothing of Node', async () => {
    const seen = new Set(['client.js'])
    for (const file of seen) {
      const code = await readFile(join(project, 'node_modules/logbrook/dist', file), 'utf8')
      for (const [, name] of code.matchAll(/^(?:import|export)\b[^'"]*from ["']([^"']+)["']/gm)) {
        assert.match(name!, /^\.\//, `${file} imports ${name}`)
        seen.add(name!.slice('./'.length))
      }
      assert.doesNotMatch(code, /\b(?:process\.|Buffer\b|require\()/)
    }
    assert.ok(seen.size > 1)
  })

  test('CommonJS can require it', async () => {
    const script =
      "const { Logbrook } = require('logbrook/testing'); console.log(typeof Logbrook.create, typeof require('logbrook').startLogbrook)"
    await writeFile(join(project, 'required.cjs'), script)
    assert.equal((await run(process.execPath, ['required.cjs'], project)).stdout, 'function function\n')
  })

  describe(`on Node ${OLDEST_NODE}, the oldest that it runs on`, () => {
    let oldestNode: string
    before(async () => (oldestNode = await nodePath(OLDEST_NODE)))

    testShippedForm(() => ({
      directory: project,
      namesThreads: false,
      run: async (args) => (await run(oldestNode, [PROGRAM, ...args], project)).stdout,
      start: (args) => listening(oldestNode, [PROGRAM, 'start', '--port', '0', ...args], project),
    }))

    test('a test has its broker, and its process ends by itself', async () => {
      const script = `
        import { Logbrook } from 'logbrook/testing'
        const broker = await Logbrook.create({ topics: { logs: {} }, users: { root: { password: 'secret', role: 'dba' } }, clock: 'manual' })
        await broker.topic('logs').produce(['hello'])
        const { topics } = await broker.anonymous.fetch({
          topics: [{ topic: 'logs', partitions: [{ partition: 0, fetch_offset: 0, partition_max_bytes: 1000 }] }],
        })
        console.log(atob(topics[0].partitions[0].records[0].value))
        const post = async (path, body, headers) => (await fetch(broker.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).json()
        const { access_token } = await post('/v1/api/auth/login', { user: 'root', password: 'secret' })
        const { results } = await post('/v1/api/sql', { sql: 'SELECT 1 + 1 AS two' }, { authorization: 'Bearer ' + access_token })
        console.log(results[0].rows[0][0])
        await broker.stop()`
      await writeFile(join(project, 'oldest.js'), script)
      assert.equal((await run(oldestNode, ['oldest.js'], project)).stdout, 'hello\n2\n')
    })
  })

  test('a Node that is too old is told so', async () => {
    const version = "Object.defineProperty(process.versions, 'node', { value: '22.14.0' }); await import(process.argv[1])"
    const tooOld = run(process.execPath, ['--input-type=module', '--eval', version, join(project, PROGRAM)], project)
    await assert.rejects(tooOld, /logbrook: needs Node 22\.15 or newer; this is 22\.14\.0/)
  })
})
