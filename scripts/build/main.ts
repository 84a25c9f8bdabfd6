/** `pnpm build`: the shipped form of the broker, in apps/server/dist or in the directory that `--out` names. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from './bundle.ts'

const { values } = parseArgs({ options: { out: { type: 'string' }, platform: { type: 'string' } } })
const outDir = values.out ?? join(import.meta.dirname, '../../apps/server/dist')
console.log(await bundle({ outDir, ...(values.platform === undefined ? {} : { platform: values.platform }) }))
