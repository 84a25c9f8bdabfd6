/** `pnpm check`: all that is held against the sources without running them: each `check:…` of package.json, up to the first that fails. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { nodePath, ROOT } from './toolchain.mjs'

const PREFIX = 'check:'
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const PATH = [dirname(nodePath()), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter)

for (const [name, command] of Object.entries(scripts)) {
  if (!name.startsWith(PREFIX)) continue
  const startMs = performance.now()
  const { status } = spawnSync(command, { cwd: ROOT, env: { ...process.env, PATH }, shell: true, stdio: 'inherit' })
  if (status !== 0) {
    console.error(`${name}: failed`)
    process.exit(1)
  }
  console.log(`${name}: ok, ${Math.round(performance.now() - startMs)} ms`)
}
