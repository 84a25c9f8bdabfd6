/** `npm test`: every test of the repository in one run, or those of the files named. */
import { join } from 'node:path'
import { become, nodePath, ROOT } from './toolchain.mjs'

const named = process.argv.slice(2)
const files =
  named.length > 0
    ? named
    : ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'scripts/**/*.test.ts'].map((glob) => join(ROOT, glob))

become(nodePath(), ['--test', ...files])
