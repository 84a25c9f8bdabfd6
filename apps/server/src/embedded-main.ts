/** Where a single executable begins: it is the program, or an engine of SQL that the program has started, whose script is inside, too. */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { getAsset } from 'node:sea'
import { compileFunction } from 'node:vm'
import { ENGINE_ARGUMENT } from '@logbrook/sql/process/engine-argument'

if (process.argv[2] === ENGINE_ARGUMENT) runScript(`${ENGINE_ARGUMENT}.js`)
else void import('./main.ts')

/** A script of the kind that `main.ts` becomes. */
function runScript(name: string): void {
  const run = compileFunction(getAsset(name, 'utf8'), ['require', '__filename', '__dirname'], { filename: name })
  run(createRequire(process.execPath), process.execPath, dirname(process.execPath))
}
