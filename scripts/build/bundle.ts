/**
 * Makes the shipped form of the broker from its sources: JavaScript files for Node and SQLite's addon in one directory, which needs nothing
 * from outside it.
 *
 * - `main.js` is the program, `sql-engine.js` that of the process which runs SQL, each `…-worker.js` a thread's. What is loaded on demand stays
 *   a file of its own: one file for all takes 8 ms more to start, for half of it is schemas that a broker seldom needs.
 * - CommonJS: importing `node:http` as a module touches all of its exports, and Node loads every file in three steps; a start takes 5 to 9 ms less.
 * - The addon is better-sqlite3's prebuilt one for one platform, copied, and its JavaScript is bundled: outside the workspace there is no
 *   package to find it in.
 */
import { readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import type { Plugin } from 'rolldown'
import { COMPANIONS, definitions, MAIN } from './program.ts'
import { parserBeside } from './sql-parser.ts'

export interface BundleOptions {
  readonly outDir: string
  /** As better-sqlite3 names its prebuilt addons: `linux-x64`, `linuxmusl-arm64`, `darwin-arm64`, `win32-x64`. */
  readonly platform?: string
}

/** Writes the bundle, in place of what is in `outDir`; answers the path of the program. */
export async function bundle({ outDir, platform = `${process.platform}-${process.arch}` }: BundleOptions): Promise<string> {
  await write(MAIN, { outDir, platform, cleanDir: true })
  await write(COMPANIONS, { outDir, platform, cleanDir: false })
  return join(outDir, 'main.js')
}

interface WriteOptions extends Required<BundleOptions> {
  readonly cleanDir: boolean
}

async function write(input: Readonly<Record<string, string>>, { outDir, platform, cleanDir }: WriteOptions): Promise<void> {
  await using build = await rolldown({
    input,
    platform: 'node',
    transform: { define: await definitions() },
    plugins: [sqliteFor(platform), parserBeside(), asCommonJs()],
  })
  await build.write({
    dir: outDir,
    cleanDir,
    format: 'cjs',
    minify: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  })
}

/** Says it of the files in the directory: those around it are modules. */
function asCommonJs(): Plugin {
  return {
    name: 'package-json',
    buildEnd() {
      this.emitFile({ type: 'asset', fileName: 'package.json', source: '{"type":"commonjs"}\n' })
    },
  }
}

/** Takes better-sqlite3's entry for one platform, and the addon that it requires as a file of the bundle. */
function sqliteFor(platform: string): Plugin {
  return {
    name: 'sqlite',
    async resolveId(id, importer) {
      if (id === 'better-sqlite3') return await this.resolve(`better-sqlite3/${platform}`, importer)
      if (!id.endsWith('.node') || importer === undefined) return null
      const fileName = basename(id)
      this.emitFile({ type: 'asset', fileName, source: readFileSync(resolve(dirname(importer), id)) })
      return { id: `./${fileName}`, external: true }
    },
  }
}
