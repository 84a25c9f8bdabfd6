/** The published `package.json`: what the workspace's says for people, and what the package's layout says for machines. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DIST, ENTRY_POINTS, PREBUILDS, SERVER } from './layout.ts'

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
    files: ['bin', DIST, PREBUILDS],
    sideEffects: false,
    publishConfig: { access: 'public', provenance: true },
  }
}

function entryPoint(name: string): object {
  return { types: `./${DIST}/${name}.d.ts`, default: `./${DIST}/${name}.js` }
}
