import { CONFIG } from '../config/config.ts'
import { UsageError } from '../usage-error.ts'
import type { Option } from './command.ts'
import type { Shell } from './shell.ts'

export const DATA_DIR_OPTION = {
  type: 'string',
  placeholder: 'DIR',
  meaning: 'The data directory. Default: LOGBROOK_DATA_DIR, or ./logbrook-data.',
} as const satisfies Option

/** @throws UsageError */
export function dataDirOf({ env }: Shell, given: string | undefined): string {
  const { schema, byDefault } = CONFIG.dataDir
  const { success, data } = schema().safeParse(given ?? env['LOGBROOK_DATA_DIR'] ?? byDefault)
  if (success) return data
  throw new UsageError(`${given === undefined ? 'LOGBROOK_DATA_DIR' : '--data-dir'} is empty; it must name a directory`)
}
