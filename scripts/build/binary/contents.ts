/**
 * What is inside a single executable: the program as one script, and everything else as assets by their names.
 *
 * - Node runs one CommonJS script, which can require nothing but Node's own modules. So what is loaded on demand elsewhere is in it, too:
 *   with V8's code cache it starts sooner than the bundle's files all the same.
 * - The program of another process or of a thread is an asset, and so is whatever the build emits as a file: SQLite's addon, static files.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import type { Plugin } from 'rolldown'
import { COMPANIONS, definitions, ROOT } from '../program.ts'
import { embeddedParser } from '../sql-parser.ts'
import { LICENSES_FILE, LICENSES_RULE, thirdPartyLicenses } from '../third-party-licenses.ts'
import type { Target } from './targets.ts'

export interface Contents {
  readonly main: string
  readonly assets: ReadonlyMap<string, string | Uint8Array>
  /** Of the packages inside. */
  readonly licenses: string
}

const EMBEDDED_MAIN = join(ROOT, 'apps/server/src/embedded-main.ts')
const EMBEDDED_ADDON = join(ROOT, 'apps/server/src/embedded-addon.ts')

export async function contentsFor({ platform, arch }: Target): Promise<Contents> {
  const sqlite = embeddedSqlite(`${platform}-${arch}`)
  const assets = new Map<string, string | Uint8Array>()
  const licenses = new Set<string>()

  /** Answers its code, and keeps what comes with it. */
  async function take(file: string): Promise<string> {
    const { code, files } = await script(file, [sqlite, embeddedParser(), thirdPartyLicenses()])
    const { [LICENSES_FILE]: texts, ...others } = files
    for (const text of String(texts).split(LICENSES_RULE)) licenses.add(text)
    for (const [name, content] of Object.entries(others)) assets.set(name, content)
    return code
  }

  const main = await take(EMBEDDED_MAIN)
  for (const [name, file] of Object.entries(COMPANIONS)) assets.set(`${name}.js`, await take(file))
  return { main, assets, licenses: [...licenses].toSorted().join(LICENSES_RULE) }
}

interface Script {
  readonly code: string
  /** What was emitted beside it, by name. */
  readonly files: Readonly<Record<string, string | Uint8Array>>
}

async function script(input: string, plugins: Plugin[]): Promise<Script> {
  await using build = await rolldown({ input, platform: 'node', transform: { define: await definitions() }, plugins })
  const { output } = await build.generate({ format: 'cjs', minify: true, codeSplitting: false })
  const [chunk, ...others] = output.filter((file) => file.type === 'chunk')
  if (chunk === undefined || others.length > 0) throw new Error(`${input} did not become one script`)
  const files = output.flatMap((file) => (file.type === 'asset' ? [[file.fileName, file.source] as const] : []))
  return { code: chunk.code, files: Object.fromEntries(files) }
}

/** Takes better-sqlite3's entry for one platform, and has the addon that it requires loaded from the executable. */
function embeddedSqlite(addonPlatform: string): Plugin {
  return {
    name: 'embedded-sqlite',
    async resolveId(id, importer) {
      if (id === 'better-sqlite3') return await this.resolve(`better-sqlite3/${addonPlatform}`, importer)
      return id.endsWith('.node') && importer !== undefined ? resolve(dirname(importer), id) : null
    },
    load(id) {
      if (!id.endsWith('.node')) return null
      const source = readFileSync(id)
      const fileName = `sqlite-${createHash('sha256').update(source).digest('hex').slice(0, 32)}.node`
      this.emitFile({ type: 'asset', fileName, source })
      return `module.exports = require(${JSON.stringify(EMBEDDED_ADDON)}).loadEmbeddedAddon(${JSON.stringify(fileName)})`
    },
  }
}
