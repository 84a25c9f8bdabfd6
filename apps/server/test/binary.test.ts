/** The shipped form for a machine that has nothing: one executable, built, and run where there is neither Node nor anything else of ours. */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { cp, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import { createTopic, sendLogs } from './broker-requests.ts'
import { listening } from './real-process.ts'
import type { RealProcess } from './real-process.ts'
import { makeCheckpoint, testShippedForm, valuesOf } from './shipped-form.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const BUILD = join(import.meta.dirname, '../../../scripts/build/binary/main.ts')
const MEGABYTE = 1_000_000
const EXECUTABLE_BYTES_MAX = 140 * MEGABYTE
const COMPRESSED_BYTES_MAX = 50 * MEGABYTE

/** Where `chroot` and `unshare` are, for users who are not root, too. */
const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin'

const run = promisify(execFile)
const compress = promisify(zstdCompress)

const skip =
  process.platform === 'linux' && process.arch === 'x64'
    ? false
    : `the registry has no Node that runs on ${process.platform}-${process.arch} and is tested here`

describe('the single executable', { skip }, () => {
  const opened = new AsyncDisposableStack()
  let directory: string
  let executable: string
  let others: Promise<unknown>

  before(async () => {
    directory = opened.use(await temporaryDirectory()).path
    executable = join(directory, 'dist/logbrook-linux-x64')
    const build = [BUILD, '--out', dirname(executable)]
    await run(process.execPath, build)
    // Slow, for it is WebAssembly that writes them; meanwhile the one for this machine is tried.
    others = run(process.execPath, [...build, '--platform', 'linux-arm64', '--platform', 'win-x64'])
    others.catch(() => {})
  })
  after(() => opened.disposeAsync())

  /** A command line for the executable, in an environment that holds nothing else. */
  function alone(args: readonly string[], temporary = directory): readonly [string, readonly string[]] {
    return ['/usr/bin/env', ['--ignore-environment', 'PATH=', `TMPDIR=${temporary}`, executable, ...args]]
  }

  async function say(args: readonly string[], temporary?: string): Promise<string> {
    const [command, all] = alone(args, temporary)
    return (await run(command, [...all])).stdout
  }

  async function startAlone(args: readonly string[], temporary?: string): Promise<RealProcess> {
    return await listening(...alone(['start', '--port', '0', ...args], temporary), directory)
  }

  testShippedForm(() => ({ directory, run: say, start: startAlone }))

  test('has no more than 140 MB, and 50 when it is compressed', async () => {
    const bytes = await readFile(executable)
    assert.ok(bytes.length <= EXECUTABLE_BYTES_MAX, `${bytes.length} bytes`)
    const compressed = await compress(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 3 } })
    assert.ok(compressed.length <= COMPRESSED_BYTES_MAX, `${compressed.length} bytes`)
  })

  test('loses nothing that it acknowledged when it is killed', async () => {
    const args = ['--data-dir', join(directory, 'killed')]
    {
      await using broker = await startAlone(args)
      await createTopic(broker.url, 'logs', 1)
      await sendLogs(broker.url, 'logs', '[{"message":"one"},{"message":"two"}]')
      broker.kill('SIGKILL')
      await broker.ending
    }
    await using broker = await startAlone(args)
    assert.deepEqual(await valuesOf(broker), ['{"message":"one"}', '{"message":"two"}'])
  })

  test('has its page, its description and its commands inside', async () => {
    await using broker = await startAlone(['--memory'])
    assert.match(await (await fetch(broker.url)).text(), /<title>Logbrook<\/title>/)
    assert.match(await say(['topics', 'create', '--help']), /^Create topics\./)
  })

  test('starts in a root that holds nothing but the C and C++ libraries and a temporary folder', async (t) => {
    const changeRoot = changeRootCommand()
    if (changeRoot === undefined) return t.skip('this user may neither change the root nor become one who may')
    const root = join(directory, 'root')
    await mkdir(join(root, 'tmp'), { recursive: true })
    for (const library of await librariesOf(executable)) await cp(library, join(root, library), { dereference: true })
    await cp(executable, join(root, 'logbrook'))

    const command = [...changeRoot, root, '/logbrook', 'start', '--port', '0', '--data-dir', '/data']
    await using broker = await listening('/usr/bin/env', ['--ignore-environment', `PATH=${SYSTEM_PATH}`, ...command])
    await createTopic(broker.url, 'logs', 1)
    await sendLogs(broker.url, 'logs', '[{"message":"alone"}]')
    assert.deepEqual(await valuesOf(broker), ['{"message":"alone"}'])
    assert.ok((await readdir(join(root, 'data'))).includes('logbrook.db'))
  })

  test('first starts at the same time do not disturb each other, and leave one library', async () => {
    await using temporary = await temporaryDirectory()
    const lines = await Promise.all(Array.from({ length: 6 }, () => say(['--version'], temporary.path)))
    assert.equal(new Set(lines).size, 1)
    assert.equal((await readdir(libraryDirectory(temporary.path))).length, 1)
  })

  test('a library that is not what it was is replaced', async () => {
    await using temporary = await temporaryDirectory()
    const said = await say(['--version'], temporary.path)
    const library = await libraryIn(temporary.path)
    const whole = await readFile(library)
    await rm(library)
    await using cut = await open(library, 'w')
    await cut.write(whole.subarray(0, 1_000_000))
    assert.equal(await say(['--version'], temporary.path), said)
    assert.ok((await readFile(library)).equals(whole))
  })

  test('all threads use one library, also when its file goes while the broker runs', async () => {
    await using temporary = await temporaryDirectory()
    await using broker = await startAlone(['--data-dir', join(directory, 'tidied')], temporary.path)
    await rm(await libraryIn(temporary.path))
    await makeCheckpoint(broker)
    const maps = (await readFile(`/proc/${broker.pid}/maps`, 'utf8')).split('\n').filter((line) => line.includes('/sqlite-'))
    const inodes = new Set(maps.map((line) => line.split(/\s+/)[4]))
    assert.equal(inodes.size, 1, maps.join('\n'))
  })

  test('says which temporary folder it cannot use, and what to do', async () => {
    const failed = run(...(alone(['start', '--memory'], '/nowhere') as [string, string[]]))
    await assert.rejects(failed, ({ code, stderr }: { readonly code: number; readonly stderr: string }) => {
      assert.equal(code, 1)
      assert.match(stderr, /^logbrook: SQLite's library cannot be loaded from \/nowhere\/logbrook-\d+: ENOENT[^\n]+ in TMPDIR: [^\n]+\n$/)
      return true
    })
  })

  test('is made for other machines by the same command', async () => {
    // The build itself reads back what it put in, by the rules of each format.
    await others
    const arm = await headOf(join(dirname(executable), 'logbrook-linux-arm64'))
    assert.equal(arm.toString('latin1', 0, 4), '\x7fELF')
    assert.equal(arm.readUInt16LE(18), 183, 'AArch64')
    const windows = await headOf(join(dirname(executable), 'logbrook-win-x64.exe'))
    const header = windows.subarray(windows.readUInt32LE(0x3c))
    assert.equal(header.toString('latin1', 0, 4), 'PE\0\0')
    assert.equal(header.readUInt16LE(4), 0x8664, 'x86-64')
  })
})

function libraryDirectory(temporary: string): string {
  return join(temporary, `logbrook-${process.getuid!()}`)
}

async function libraryIn(temporary: string): Promise<string> {
  const [file] = await readdir(libraryDirectory(temporary))
  return join(libraryDirectory(temporary), file!)
}

/** What `ldd` says that the loader takes from files. */
async function librariesOf(file: string): Promise<readonly string[]> {
  const { stdout } = await run('ldd', [file])
  return Array.from(stdout.matchAll(/(\/\S+) \(0x/g), ([, path]) => path!)
}

/** With root's rights, or with those that a user has in a namespace of their own. */
function changeRootCommand(): readonly string[] | undefined {
  const env = { PATH: SYSTEM_PATH }
  const ways = [['chroot'], ['unshare', '--map-root-user', 'chroot']]
  return ways.find(([command = '', ...args]) => spawnSync(command, [...args, '/', 'true'], { env }).status === 0)
}

async function headOf(file: string): Promise<Buffer> {
  await using handle = await open(file)
  return (await handle.read(Buffer.alloc(4096), 0, 4096, 0)).buffer
}
