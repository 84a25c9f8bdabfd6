import type { Clock } from '@logbrook/kafka/clock'
import type { Config } from '../../config/config.ts'
import { PROJECT_FILE } from '../project-file.ts'
import type { StartConfig } from '../start-config.ts'
import type { Finding } from './finding.ts'

/** Options, variables and files as `start` would read them; `config` is missing where they cannot be. */
export async function checkConfiguration(
  read: () => StartConfig,
  clock: Clock,
): Promise<{ readonly finding: Finding; readonly config?: Config }> {
  const check = 'configuration'
  try {
    const { config, project } = read()
    const { readInitBody, readInitFile } = await import('../../init-file.ts')
    if (config.initFile !== null) await readInitFile(config.initFile, clock)
    if (project !== undefined) await readInitBody(PROJECT_FILE, project.init, clock)
    const file = project === undefined ? config.initFile : PROJECT_FILE
    const detail = file === null ? `no ${PROJECT_FILE} here, and no other file` : `${file} can be applied`
    return { finding: { check, status: 'ok', detail }, config }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return { finding: { check, status: 'fail', detail, advice: 'put it right; port, directory and database are looked at then' } }
  }
}
