/** Writes beside a bundle what the licenses of the packages inside it ask for: their texts, in a file that goes where the bundle goes. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin } from 'rolldown'

export const LICENSES_FILE = 'THIRD-PARTY-LICENSES'
/** Between one text and the next. */
export const LICENSES_RULE = `\n${'-'.repeat(80)}\n\n`

/** In several builds that write into one directory, it is those of all of them. */
export function thirdPartyLicenses(): Plugin {
  const directories = new Set<string>()
  return {
    name: 'third-party-licenses',
    generateBundle(_options, files) {
      const modules = Object.values(files).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
      for (const module of modules) if (module.includes('node_modules')) directories.add(packageDirectory(module))
      const licenses = Array.from(directories, licenseOf).toSorted()
      this.emitFile({ type: 'asset', fileName: LICENSES_FILE, source: licenses.join(LICENSES_RULE) })
    },
  }
}

/** Where the package lies that a module is part of; some have further package.json files inside, which name no package. */
function packageDirectory(module: string): string {
  for (let directory = dirname(module); dirname(directory) !== directory; directory = dirname(directory)) {
    if (existsSync(join(directory, 'package.json')) && manifestOf(directory).name !== undefined) return directory
  }
  throw new Error(`${module} is part of no package`)
}

function licenseOf(directory: string): string {
  const { name, version, license } = manifestOf(directory)
  const texts = globSync('{LICENSE,LICENCE,license,licence}*', { cwd: directory })
  if (license === undefined && texts.length === 0) throw new Error(`${name} ${version} does not say under what license it comes`)
  return `${name} ${version}: ${license}\n\n${texts.map((file) => readFileSync(join(directory, file), 'utf8').trim()).join('\n\n')}\n`
}

function manifestOf(directory: string): { readonly name?: string; readonly version?: string; readonly license?: string } {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as ReturnType<typeof manifestOf>
}
