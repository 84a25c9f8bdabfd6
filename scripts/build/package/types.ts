/**
 * The package's declarations, one file for each entry point, which import nothing but Node: the compiler writes them module by module, and
 * Rolldown takes from these what an entry point leads to.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import type { OutputAsset, OutputChunk, Plugin } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'
import { ENTRY_POINTS, ROOT, SERVER } from './layout.ts'
import { spelledOutTypes } from './spelled-out-types.ts'

const TSCONFIG = join(import.meta.dirname, 'tsconfig.json')
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

export async function writeTypes(outDir: string): Promise<void> {
  const emitted = mkdtempSync(join(tmpdir(), 'logbrook-types-'))
  try {
    execFileSync(process.execPath, [TSC, '-p', TSCONFIG, '--outDir', emitted], { stdio: ['ignore', 2, 2] })
    await using build = await rolldown({
      input: Object.fromEntries(
        Object.values(ENTRY_POINTS).map(({ name, source }) => [name, declarationsOf(join(SERVER, source), emitted)]),
      ),
      plugins: [workspaceTypes(emitted), dts({ dtsInput: true, emitDtsOnly: true, tsconfig: false, generator: 'oxc' })],
      // How long it took on a busy machine says nothing of the declarations.
      checks: { bundlerTimings: false },
      onLog(level, log) {
        if (level === 'warn') throw new Error(`the declarations do not hold together: ${log.message}`)
      },
    })
    const { output } = await build.write({ dir: outDir, format: 'esm', minifyInternalExports: false })
    assertComplete(output)
  } finally {
    rmSync(emitted, { recursive: true, force: true })
  }
}

function assertComplete(output: readonly (OutputChunk | OutputAsset)[]): void {
  const chunks = output.filter((file) => file.type === 'chunk')
  const foreign = chunks.flatMap(({ imports }) => imports).filter((id) => !id.startsWith('node:'))
  const missing = foreign.find((id) => chunks.every(({ fileName }) => fileName !== id))
  if (missing !== undefined) throw new Error(`the published types need ${missing}, which an installation does not have`)
}

/** Finds imports among the emitted declarations, and puts spelled out types in the place of those that need zod. */
function workspaceTypes(emitted: string): Plugin {
  const spelledOut = new Map(Array.from(spelledOutTypes(TSCONFIG), ([source, types]) => [declarationsOf(source, emitted), types]))
  return {
    name: 'workspace-types',
    resolveId(id, importer) {
      const path = id.replace(/^@logbrook\/([^/]+)\/(.+)$/, join(emitted, 'packages/$1/src/$2.ts'))
      const file = resolve(importer === undefined ? emitted : dirname(importer), path).replace(/(?:\.d)?\.ts$/, '.d.ts')
      return existsSync(file) ? file : { id, external: true }
    },
    load: (id) => spelledOut.get(id) ?? null,
  }
}

function declarationsOf(source: string, emitted: string): string {
  return join(emitted, relative(ROOT, source)).replace(/\.ts$/, '.d.ts')
}
