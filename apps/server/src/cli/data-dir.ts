import { Config } from '../config/config.ts'
import type { Option } from './command.ts'
import type { Shell } from './shell.ts'

export const DATA_DIR_OPTION = {
  type: 'string',
  placeholder: 'DIR',
  meaning: 'The data directory. Default: LOGBROOK_DATA_DIR, or ./logbrook-data.',
} as const satisfies Option

export function dataDirOf({ env }: Shell, given: string | undefined): string {
  return Config.shape.dataDir.parse(given ?? env['LOGBROOK_DATA_DIR'])
}
