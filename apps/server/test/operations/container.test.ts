/**
 * The Containerfile, followed by hand: its layout in a root of its own, with the libraries that its base has, and its commands run there as
 * the user and in the environment that it says. What a container engine adds to that, no test here can tell.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, chown, cp, mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { requestJson } from '../broker-requests.ts'
import { listening } from '../real-process.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

const run = promisify(execFile)
const REPOSITORY = join(import.meta.dirname, '../../../..')
const FILE = readFileSync(join(REPOSITORY, 'deploy/container/Containerfile'), 'utf8')
const BUILD = join(REPOSITORY, 'scripts/build/binary/main.ts')

/** What follows an instruction that is there once. */
function instruction(name: string): string {
  const [only, ...more] = Array.from(FILE.matchAll(new RegExp(`^${name} (.*)$`, 'gm')), ([, rest]) => rest!)
  assert.ok(only !== undefined && more.length === 0, `${name} is there ${more.length + 1} times`)
  return only
}

function jsonIn(text: string): readonly string[] {
  return JSON.parse(text.slice(text.indexOf('['))) as readonly string[]
}

const [, fileName, installed] = /^--chmod=0755 (\S+) (\S+)$/.exec(instruction('COPY'))!
const [, uid, gid, mode, dataDir] = /^install -d -o (\d+) -g (\d+) -m (\d+) (\S+)$/.exec(instruction('RUN'))!

function skip(): string | false {
  if (`${process.platform}-${process.arch}` !== 'linux-x64') return 'the executable is for linux-x64'
  return process.getuid?.() === 0 ? false : 'only root may become another user in another root'
}

describe('the container', { skip: skip() }, () => {
  const opened = new AsyncDisposableStack()
  let root: string
  before(async () => {
    const { path } = opened.use(await temporaryDirectory())
    root = join(path, 'root')
    await run(process.execPath, [BUILD, '--out', join(path, 'dist')])
    const executable = join(path, 'dist', fileName!)
    for (const library of await librariesOf(executable)) await cp(library, join(root, library), { dereference: true })
    await mkdir(join(root, dirname(installed!)), { recursive: true })
    await cp(executable, join(root, installed!))
    await makeDirectory(join(root, 'tmp'), 0o1777)
    await makeDirectory(join(root, dataDir!), parseInt(mode!, 8))
    await chown(join(root, dataDir!), Number(uid), Number(gid))
    for (const place of [path, root]) await chmod(place, 0o755)
  })
  after(() => opened.disposeAsync())

  /** A command in the container, as `docker run` and the engine's health check give it. */
  function inside(args: readonly string[], more: readonly string[] = []): readonly [string, string[]] {
    const environment = ['-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', ...instruction('ENV').split(' '), ...more]
    return ['/usr/bin/env', [...environment, 'chroot', `--userspec=${instruction('USER')}`, root, ...args]]
  }

  test('the first user is made, the broker starts for everyone with a name, is healthy, and stops when it is told to', async () => {
    const entrypoint = jsonIn(instruction('ENTRYPOINT'))
    const createUser = ['users', 'create', 'admin', '--role', 'dba', '--data-dir', dataDir!]
    await run(...inside([...entrypoint, ...createUser], ['LOGBROOK_NEW_PASSWORD=secret']))
    await using broker = await listening(...inside([...entrypoint, ...jsonIn(instruction('CMD'))], ['LOGBROOK_PORT=0']))
    const port = `LOGBROOK_PORT=${new URL(broker.url).port}`
    const check = jsonIn(instruction('HEALTHCHECK'))
    assert.equal((await run(...inside(check, [port]))).stdout, `the broker at ${broker.url} is ready\n`)
    assert.equal((await fetch(`${broker.url}/v1/kafka/topics`)).status, 401)
    await requestJson(`${broker.url}/v1/kafka/topics`, { headers: { authorization: `Basic ${btoa('admin:secret')}` } })

    broker.kill(instruction('STOPSIGNAL') as NodeJS.Signals)
    const { code, stderr } = await broker.ending
    assert.equal(code, 0, stderr)
    await assert.rejects(run(...inside(check, [port])), { code: 1 })
    const database = await stat(join(root, dataDir!, 'logbrook.db'))
    assert.deepEqual([database.uid, database.gid], [Number(uid), Number(gid)])
  })
})

test('the volume, the user and the directory are the same everywhere', () => {
  assert.equal(instruction('VOLUME'), dataDir)
  assert.equal(instruction('USER'), `${uid}:${gid}`)
  assert.ok(instruction('ENV').split(' ').includes(`LOGBROOK_DATA_DIR=${dataDir}`))
  assert.equal(instruction('EXPOSE'), '8080')
})

async function makeDirectory(path: string, permissions: number): Promise<void> {
  await mkdir(path, { recursive: true })
  // Not by mkdir, from whose mode the process's mask is taken.
  await chmod(path, permissions)
}

/** What `ldd` says that the loader takes from files. */
async function librariesOf(file: string): Promise<readonly string[]> {
  const { stdout } = await run('ldd', [file])
  return Array.from(stdout.matchAll(/(\/\S+) \(0x/g), ([, path]) => path!)
}
