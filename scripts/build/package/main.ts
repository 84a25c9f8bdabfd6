/** `pnpm pack:logbrook`: the tarball that npm publishes, in dist/ or in the directory that `--out` names. */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from './layout.ts'
import { buildPackage, packPackage } from './package.ts'

const { values } = parseArgs({ options: { out: { type: 'string', default: join(ROOT, 'dist') } } })
const outDir = resolve(values.out)
const directory = join(outDir, 'package')
mkdirSync(outDir, { recursive: true })
await buildPackage(directory)
console.log(packPackage(directory, outDir))
