import { backupStorage } from '@logbrook/storage/backup'
import { defineCommand } from './command.ts'
import { DATA_DIR_OPTION, dataDirOf } from './data-dir.ts'
import { printLine } from './shell.ts'

export const command = defineCommand({
  positionals: 'FILE',
  options: { 'data-dir': DATA_DIR_OPTION },
  details:
    'FILE must not be there yet. What SQL holds goes into FILE.sql, a directory, if there is something. To restore them, put FILE into an empty ' +
    'directory as logbrook.db, beside it what is in FILE.sql, and start with --data-dir.',
  examples: ['backup logbrook-2026-01-31.db', 'backup /backups/logbrook.db --data-dir /var/lib/logbrook'],
  async run({ shell, values, positionals: [file = ''] }) {
    const dataDir = dataDirOf(shell, values['data-dir'])
    // SQL first: what it has still to tell the log is told again, and known to have been told.
    const { backupSql } = await import('@logbrook/sql/backup')
    const directory = `${file}.sql`
    const hasSql = await backupSql(dataDir, directory)
    backupStorage(dataDir, file)
    await printLine(shell.stdout, `copied ${dataDir} into ${file}${hasSql ? ` and ${directory}` : ''}`)
  },
})
