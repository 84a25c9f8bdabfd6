/** `logbrook doctor`: looks at all that a broker needs, and says what to do about what is not there. */
import { directoryOwner } from '@logbrook/storage/directory-lock'
import type { Config } from '../../config/config.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { findPortHolder } from '../port-holder.ts'
import { printJson, printLine } from '../shell.ts'
import type { Shell } from '../shell.ts'
import { styleFor } from '../style.ts'
import { readStartConfig, settingOptions } from '../start-config.ts'
import { checkClock } from './clock.ts'
import { checkConfiguration } from './configuration.ts'
import { checkDatabase } from './database.ts'
import { checkDirectory, checkDisk } from './directory.ts'
import type { Finding } from './finding.ts'
import { checkNode } from './node.ts'
import { checkPort } from './port.ts'

export const command = defineCommand({
  positionals: '',
  options: { ...settingOptions(), json: JSON_OPTION },
  details: [
    'Takes what start takes, and looks at what start would need: Node, configuration, port, directory, disk, SQLite and clock. Changes nothing,',
    'also while a broker runs. Ends with 1 when something would keep a broker from starting, or from keeping what it is given.',
  ].join('\n'),
  examples: ['doctor', 'doctor --port 9000 --data-dir /var/lib/logbrook', 'doctor --json'],
  async run({ shell, values }) {
    const { json, ...flags } = values
    const { finding, config } = await checkConfiguration(() => readStartConfig(shell, flags), shell.clock)
    const findings = [
      checkNode(process.versions.node),
      finding,
      ...(await (config === undefined ? [checkDatabase(null), checkClock(shell.clock.now(), null)] : checkPlace(config, shell))),
    ]
    for (const found of findings) await (json === true ? printJson(shell.stdout, found) : printFinding(shell, found))
    const failures = findings.filter(({ status }) => status === 'fail').length
    if (failures > 0) throw new Error(`${failures} of ${findings.length} ${failures === 1 ? 'checks fails' : 'checks fail'}`)
  },
})

async function checkPlace(config: Config, { clock }: Shell): Promise<readonly Finding[]> {
  const dataDir = config.memory ? null : config.dataDir
  const owner = dataDir === null ? null : ownerOf(dataDir)
  const listener = findPortHolder(config.port)
  const isRunning = listener !== undefined && owner?.endsWith(`pid ${listener.pid}`) === true
  return [
    isRunning
      ? { check: 'port', status: 'ok', detail: `the broker of this directory listens on port ${config.port}` }
      : await checkPort(config),
    ...(dataDir === null ? [] : [checkDirectory(dataDir, { owner, isRunning }), checkDisk(dataDir)]),
    checkDatabase(dataDir),
    checkClock(clock.now(), dataDir),
  ]
}

/** What the lock itself has to say, `directory` does. */
function ownerOf(dataDir: string): string | null {
  try {
    return directoryOwner(dataDir)
  } catch {
    return null
  }
}

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red' } as const
const CHECK_LENGTH_MAX = 'configuration'.length

async function printFinding({ stdout }: Shell, { check, status, detail, advice }: Finding): Promise<void> {
  const style = styleFor(stdout)
  await printLine(stdout, `${style(COLOURS[status], status.padEnd(4))}  ${check.padEnd(CHECK_LENGTH_MAX)}  ${detail}`)
  if (advice !== undefined) await printLine(stdout, `${' '.repeat(6 + CHECK_LENGTH_MAX + 2)}→ ${advice}`)
}
