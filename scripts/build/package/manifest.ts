/** The published `package.json`: what the workspace's says for people, and what the package's layout says for machines. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEPENDENCIES, DIST, ENTRY_POINTS, ROOT, SERVER } from './layout.ts'

const FOR_PEOPLE = ['name', 'version', 'description', 'keywords', 'license', 'homepage', 'bugs', 'repository', 'engines'] as const

export function manifest(): object {
  const workspace = JSON.parse(readFileSync(join(SERVER, 'package.json'), 'utf8')) as Record<string, unknown>
  return {
    ...Object.fromEntries(FOR_PEOPLE.map((key) => [key, workspace[key]])),
    type: 'module',
    bin: { logbrook: 'bin/logbrook.js' },
    exports: {
      ...Object.fromEntries(Object.entries(ENTRY_POINTS).map(([path, { name }]) => [path, entryPoint(name)])),
      './package.json': './package.json',
    },
    files: ['bin', DIST, 'THIRD-PARTY-LICENSES'],
    sideEffects: false,
    dependencies: Object.fromEntries(DEPENDENCIES.map((name) => [name, `^${catalogVersion(name)}`])),
    publishConfig: { access: 'public', provenance: true },
  }
}

function entryPoint(name: string): object {
  return { types: `./${DIST}/${name}.d.ts`, default: `./${DIST}/${name}.js` }
}

/** The version that the tests ran with; the package also takes later ones that promise to be like it. */
function catalogVersion(name: string): string {
  const version = new RegExp(String.raw`^ {2}'?${name}'?: (\S+)$`, 'm').exec(readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8'))?.[1]
  if (version === undefined) throw new Error(`pnpm-workspace.yaml names no ${name}`)
  return version
}
