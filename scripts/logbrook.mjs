/** `pnpm logbrook …`, `npm start`: the program from its sources, on whatever Node ≥ 20 the machine has. */
import { join } from 'node:path'
import { become, nodePath, ROOT } from './toolchain.mjs'

become(nodePath(), [join(ROOT, 'apps/server/src/main.ts'), ...process.argv.slice(2)])
