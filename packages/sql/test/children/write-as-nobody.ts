/** Opens an engine as somebody who may write nothing of root's, and says what a statement is answered: `write-as-nobody.ts DIRECTORY`. */
import { loadParser } from '../../src/compile/parse.ts'
import { openEngine } from '../../src/engine/engine.ts'
import type { ExecuteRequest } from '../../src/protocol.ts'
import type { BrokerServices } from '../../src/services.ts'
import { SqlError } from '../../src/sql-error.ts'

const NOBODY = 65_534
const directory = process.argv[2]!
const request: ExecuteRequest = {
  kind: 'execute',
  sql: "INSERT INTO notes VALUES (2, 'b')",
  params: [],
  namespace: 'default',
  caller: { user: 'root', role: 'system', host: '127.0.0.1' },
  nowMs: 0,
  files: null,
  watched: [],
}

// It reads files that lie beside these.
await loadParser()
if (process.getuid?.() === 0) {
  process.setgid!(NOBODY)
  process.setuid!(NOBODY)
}
try {
  const options = { directory, logFile: null, durability: 'none', outboxAfterId: 0, role: 'writer' } as const
  const engine = await openEngine(options, { services: {} as BrokerServices, committed: () => {} })
  await engine.run(request)
  console.log('done')
} catch (error) {
  console.log(error instanceof SqlError ? `${error.code}: ${error.message}` : (error as Error).stack)
}
