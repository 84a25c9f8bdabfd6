/** The published `package.json`: what the workspace's says for people, and what the package's layout says for machines. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DIST, ENTRY_POINTS, PREBUILDS, SERVER } from './layout.ts'

const FOR_PEOPLE = ['name', 'version', 'description', 'keywords', 'license', 'engines'] as const

/** Of a workflow of GitHub's: https://docs.github.com/en/actions/reference/workflows-and-actions/variables */
interface WorkflowVariables {
  readonly GITHUB_SERVER_URL?: string | undefined
  readonly GITHUB_REPOSITORY?: string | undefined
}

/** @param workflow that makes the package, if one does */
export function manifest(workflow: WorkflowVariables): object {
  const workspace = JSON.parse(readFileSync(join(SERVER, 'package.json'), 'utf8')) as Record<string, unknown>
  return {
    ...Object.fromEntries(FOR_PEOPLE.map((key) => [key, workspace[key]])),
    ...whereabouts(workflow),
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

/** Known where a statement of provenance can be made, which is about them; nowhere else does the package claim a place. */
function whereabouts({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository }: WorkflowVariables): object {
  if (server === undefined || repository === undefined) return {}
  const url = `${server}/${repository}`
  return {
    homepage: `${url}#readme`,
    bugs: `${url}/issues`,
    repository: { type: 'git', url: `git+${url}.git`, directory: 'apps/server' },
  }
}

function entryPoint(name: string): object {
  return { types: `./${DIST}/${name}.d.ts`, default: `./${DIST}/${name}.js` }
}
