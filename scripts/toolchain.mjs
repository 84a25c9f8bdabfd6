/**
 * Finds what the sources run on, a Node 24 and installed dependencies, and brings them where they are missing. Runs on any
 * Node ≥ 20 and uses nothing but Node and npm, so that a fresh clone needs one command.
 *
 * - Nothing is asked of npm where all is there: the second start is as quick as Node.
 * - What is installed is read from pnpm's own copy of the lockfile, not from times, which a checkout changes.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

const NODE_MAJOR = 24
const PNPM = 'pnpm@12'
/** Holds the path of the Node that npx brought. */
const STAMP = join(ROOT, 'node_modules', '.logbrook-node')

/** The path of a Node that can run the sources, with the dependencies installed. */
export function nodePath() {
  if (!isInstalled()) install()
  return runsSources() ? process.execPath : (stampedNode() ?? bringNode())
}

function runsSources() {
  return Number.parseInt(process.versions.node, 10) >= NODE_MAJOR
}

function isInstalled() {
  const installed = join(ROOT, 'node_modules/.pnpm/lock.yaml')
  return existsSync(installed) && readFileSync(installed).equals(readFileSync(join(ROOT, 'pnpm-lock.yaml')))
}

function install() {
  console.error('logbrook: installing dependencies (once)')
  // Its output must not be mistaken for the program's: standard output belongs to that.
  const { status } = npx(['pnpm', 'install', '--frozen-lockfile'], { stdio: ['ignore', 2, 2] })
  if (status !== 0) fail('the dependencies could not be installed')
}

function stampedNode() {
  if (!existsSync(STAMP)) return undefined
  const path = readFileSync(STAMP, 'utf8')
  return existsSync(path) ? path : undefined
}

/** Asks npx only where Node is: a program that ran through npx would be left behind by the signal that ends npx. */
function bringNode() {
  const { status, stdout } = npx(['node', '-p', 'process.execPath'], { stdio: ['ignore', 'pipe', 2], encoding: 'utf8' })
  const path = stdout?.trim().split('\n').at(-1) ?? ''
  if (status !== 0 || !existsSync(path)) fail(`Node ${NODE_MAJOR} could not be brought`)
  writeFileSync(STAMP, path)
  return path
}

function npx(command, options) {
  const packages = runsSources() ? [PNPM] : [`node@${NODE_MAJOR}`, PNPM]
  return spawnSync('npx', ['-y', ...packages.flatMap((name) => ['-p', name]), ...command], { cwd: ROOT, ...options })
}

/** Runs Node in our place: its output is ours, signals are passed on, and its end is our end. */
export function become(node, args) {
  const env = { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter) }
  const child = spawn(node, args, { stdio: 'inherit', env })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(error.message))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function fail(sentence) {
  console.error(`logbrook: ${sentence}`)
  process.exit(1)
}
