/** PostgreSQL's own parser. */
import { loadModule } from 'libpg-query'

/** Before the first statement. */
export async function loadParser(): Promise<void> {
  await loadModule()
}
