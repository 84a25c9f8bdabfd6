import type { Administration } from './administration.ts'

const GAUGE = /^logbrook_\w*long_polls?\w*(?:\{\})? (\d+)/m

/** How many long polls wait right now, by the server's own metric. */
export async function waitingLongPolls({ get }: Pick<Administration, 'get'>): Promise<number> {
  const found = GAUGE.exec(await get('/metrics'))
  if (found === null) throw new Error('/metrics has no gauge of waiting long polls')
  return Number(found[1])
}
