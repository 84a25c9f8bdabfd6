/**
 * Finds what the sources run on, a Node 24 and installed dependencies, and brings them where they are missing. Runs on any
 * Node ≥ 20 and uses nothing but Node and npm, so that a fresh clone needs one command.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'

export const ROOT = dirname(import.meta.dirname)

const NODE_MAJOR = 24
const NPX = ['-y', '-p', `node@${NODE_MAJOR}`, '-p', 'pnpm@12', 'pnpm']
/** Names the Node that the last installation ran with; as old as that installation. */
const STAMP = join(ROOT, 'node_modules', '.logbrook-node')

/** The path of a Node that can run the sources, with the dependencies installed. */
export function nodePath() {
  const known = stampedNode()
  if (known !== undefined) return known
  console.error('logbrook: installing dependencies (once)')
  // Not through `pnpm run`: a signal would end npx and leave the program behind, so npx only says where Node is.
  const npx = spawnSync('npx', [...NPX, 'install', '--frozen-lockfile'], { cwd: ROOT, stdio: ['ignore', 2, 2] })
  if (npx.status !== 0) fail('the dependencies could not be installed')
  const asked = spawnSync('npx', [...NPX.slice(0, -1), 'node', '-p', 'process.execPath'], { cwd: ROOT, encoding: 'utf8' })
  const found = asked.stdout?.trim().split('\n').at(-1) ?? ''
  if (asked.status !== 0 || !existsSync(found)) fail(`Node ${NODE_MAJOR} could not be found`)
  writeFileSync(STAMP, found)
  return found
}

function stampedNode() {
  if (!existsSync(STAMP)) return undefined
  if (statSync(STAMP).mtimeMs < statSync(join(ROOT, 'pnpm-lock.yaml')).mtimeMs) return undefined
  const path = readFileSync(STAMP, 'utf8')
  return existsSync(path) ? path : undefined
}

/** Runs Node in our place: its output is ours, signals are passed on, and its end is our end. */
export function become(node, args) {
  const env = { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` }
  const child = spawn(node, args, { stdio: 'inherit', env })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(error.message))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function fail(sentence) {
  console.error(`logbrook: ${sentence}`)
  process.exit(1)
}
