import { backupStorage } from '@logbrook/storage/backup'
import { defineCommand } from './command.ts'
import { DATA_DIR_OPTION, dataDirOf } from './data-dir.ts'
import { printLine } from './shell.ts'

export const command = defineCommand({
  positionals: 'FILE',
  options: { 'data-dir': DATA_DIR_OPTION },
  details: 'FILE must not be there yet. To restore it, put it into an empty directory as logbrook.db and start with --data-dir.',
  examples: ['backup logbrook-2026-01-31.db', 'backup /backups/logbrook.db --data-dir /var/lib/logbrook'],
  async run({ shell, values, positionals: [file = ''] }) {
    const dataDir = dataDirOf(shell, values['data-dir'])
    backupStorage(dataDir, file)
    await printLine(shell.stdout, `copied ${dataDir} into ${file}`)
  },
})
