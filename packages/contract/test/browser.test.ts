import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'

const ROOT = new URL('../../', import.meta.url)
const IMPORT = /^(?:import|export)\s(?!type\b)[^'"]*?from '(?<from>[^']+)'|\bimport\('(?<lazily>[^']+)'\)/gm

/** Every source file that is loaded with `file`, of our own packages. */
async function loadedWith(file: URL, seen = new Map<string, string>()): Promise<ReadonlyMap<string, string>> {
  if (seen.has(file.href)) return seen
  const source = await readFile(file, 'utf8')
  seen.set(file.href, source)
  for (const name of importsOf(source)) {
    const ours = /^@logbrook\/(?<package>\w+)\/(?<module>[\w-]+)$/.exec(name)?.groups
    if (ours !== undefined) await loadedWith(new URL(`${ours['package']}/src/${ours['module']}.ts`, ROOT), seen)
    else if (name.startsWith('.')) await loadedWith(new URL(name, file), seen)
  }
  return seen
}

function importsOf(source: string): readonly string[] {
  return Array.from(source.matchAll(IMPORT), ({ groups }) => groups?.['from'] ?? groups?.['lazily'] ?? '')
}

for (const name of ['contract', 'client']) {
  describe(`packages/${name}`, () => {
    it('loads in a browser: nothing that it loads is of Node', async () => {
      const files = new Map<string, string>()
      for (const file of await readdir(new URL(`${name}/src/`, ROOT))) await loadedWith(new URL(`${name}/src/${file}`, ROOT), files)
      assert.ok(files.size > 5)
      for (const [file, source] of files) {
        assert.deepEqual(
          importsOf(source).filter((from) => from.startsWith('node:')),
          [],
          file,
        )
        assert.doesNotMatch(source.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, ''), /\bBuffer\b|\bprocess\./, file)
      }
    })
  })
}
