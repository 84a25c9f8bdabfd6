/**
 * The package's code: the program and every entry point in one build, so that what two of them share is one module, loaded once, and an error
 * thrown by one is an instance of the class that another exports.
 *
 * - All that Logbrook is made of is inside. better-sqlite3 looks for its addon where it lies beside this directory (`PREBUILDS`).
 * - Written for the oldest Node of `engines`.
 * - Not minified: the stack of an error in somebody's test says where it was, and starting takes 7 ms more of 130.
 */
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import type { Plugin } from 'rolldown'
import { COMPANIONS, definitions, MAIN } from '../program.ts'
import { parserBeside } from '../sql-parser.ts'
import { thirdPartyLicenses } from '../third-party-licenses.ts'
import { ENTRY_POINTS, ROOT, SERVER } from './layout.ts'

const OLDEST_NODE = 'node22.15'

export async function writeCode(outDir: string): Promise<void> {
  const licenses = thirdPartyLicenses()
  const entryPoints = Object.fromEntries(Object.values(ENTRY_POINTS).map(({ name, source }) => [name, join(SERVER, source)]))
  await write({ ...MAIN, ...entryPoints }, outDir, licenses)
  await write(COMPANIONS, outDir, licenses)
}

async function write(input: Readonly<Record<string, string>>, outDir: string, licenses: Plugin): Promise<void> {
  await using build = await rolldown({
    input,
    cwd: ROOT,
    platform: 'node',
    // The client also runs in browsers, where fflate's form for Node does not.
    resolve: { alias: { fflate: 'fflate/browser' } },
    transform: {
      target: OLDEST_NODE,
      define: await definitions(),
      inject: { AsyncDisposableStack: [join(import.meta.dirname, 'async-disposable-stack.ts'), 'AsyncDisposableStack'] },
    },
    plugins: [parserBeside(), licenses],
    experimental: { attachDebugInfo: 'none' },
  })
  await build.write({
    dir: outDir,
    format: 'esm',
    minifyInternalExports: false,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  })
}
