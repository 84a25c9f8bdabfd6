/** `pnpm check`: all that is held against the sources without running them. Stops at the first that fails. */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { nodePath, ROOT } from './toolchain.mjs'

const CHECKS = [
  ['format', 'oxfmt', '--check'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings'],
  ['types', 'tsc', '-p', 'tsconfig.json'],
  ['boundaries', 'turbo', 'boundaries'],
  ['unused', 'knip'],
]

const env = { ...process.env, PATH: `${dirname(nodePath())}:${process.env.PATH}` }

for (const [name, command, ...args] of CHECKS) {
  const startMs = performance.now()
  const { status } = spawnSync(join(ROOT, 'node_modules/.bin', command), args, { cwd: ROOT, env, stdio: 'inherit' })
  if (status !== 0) {
    console.error(`check ${name}: failed`)
    process.exit(1)
  }
  console.log(`check ${name}: ok, ${Math.round(performance.now() - startMs)} ms`)
}
