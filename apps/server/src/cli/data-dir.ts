import { DECLARATIONS } from '../config/config.ts'
import { readSetting } from '../config/read-config.ts'
import type { Option } from './command.ts'
import type { Shell } from './shell.ts'

export const DATA_DIR_OPTION = {
  type: 'string',
  placeholder: 'DIR',
  meaning: 'The data directory. Default: LOGBROOK_DATA_DIR, or ./logbrook-data.',
} as const satisfies Option

/** @throws UsageError */
export function dataDirOf({ env }: Shell, given: string | undefined): string {
  if (given !== undefined) return readSetting('dataDir', { value: given, place: '--data-dir' })
  const value = env['LOGBROOK_DATA_DIR']
  return value === undefined ? DECLARATIONS.dataDir.byDefault : readSetting('dataDir', { value, place: 'LOGBROOK_DATA_DIR' })
}
