/** The package `logbrook` as npm publishes it: a directory, and the tarball of it. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { formatMessage } from 'publint/utils'
import { publint } from 'publint'
import { writeCode } from './code.ts'
import { DIST, PREBUILDS, ROOT, SERVER } from './layout.ts'
import { manifest } from './manifest.ts'
import { writeTypes } from './types.ts'

/** Writes the package in place of what is in `outDir`. @throws when publint has something to say of it */
export async function buildPackage(outDir: string): Promise<void> {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  await Promise.all([writeCode(join(outDir, DIST)), writeTypes(join(outDir, DIST))])
  cpSync(join(sqliteDirectory(), PREBUILDS), join(outDir, PREBUILDS), { recursive: true })
  cpSync(join(SERVER, 'bin'), join(outDir, 'bin'), { recursive: true })
  cpSync(join(SERVER, 'README.md'), join(outDir, 'README.md'))
  cpSync(join(ROOT, 'LICENSE'), join(outDir, 'LICENSE'))
  writeFileSync(join(outDir, 'package.json'), `${JSON.stringify(manifest(process.env), null, 2)}\n`)
  await lint(outDir)
}

function sqliteDirectory(): string {
  return dirname(createRequire(join(ROOT, 'packages/storage/package.json')).resolve('better-sqlite3/package.json'))
}

async function lint(directory: string): Promise<void> {
  const { messages, pkg } = await publint({ pkgDir: directory, strict: true, pack: 'npm' })
  if (messages.length > 0) throw new Error(`publint: ${messages.map((message) => formatMessage(message, pkg)).join('; ')}`)
}

/** Answers the path of the tarball, in `outDir`. */
export function packPackage(directory: string, outDir: string): string {
  const npm = spawnSync('npm', ['pack', directory, '--json', '--pack-destination', outDir], {
    encoding: 'utf8',
    // npm is a script on Windows.
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 2],
  })
  if (npm.status !== 0) throw new Error('npm could not pack the package')
  const packed = JSON.parse(npm.stdout) as { filename: string }[] | Record<string, { filename: string }>
  return join(outDir, Object.values(packed)[0]!.filename)
}
