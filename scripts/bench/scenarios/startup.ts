/** From being spawned to the answers of an append and a fetch, and the memory that it then sits on: the bundle and the sources. */
import type { Scenario } from '../scenario.ts'
import { measureStartup } from '../startup.ts'
import type { StartupRow } from '../startup.ts'

export const startup: Scenario = {
  name: 'startup',
  depth: 'default',
  async measure({ runs }) {
    const rows = await measureStartup({ runs })
    const hello = rows.find(({ form }) => form === 'hello')
    return rows.filter((row) => row !== hello).flatMap((row) => startupFindings(row, hello))
  },
}

function startupFindings({ form, answeredMs, listeningMs, idleRssMb }: StartupRow, hello: StartupRow | undefined) {
  const listening = `listening after ${Math.round(listeningMs.median)} ms`
  return [
    { name: `start of the ${form} to append and fetch`, unit: 'ms', spread: answeredMs, ...floorOf(hello?.answeredMs), note: listening },
    { name: `idle RSS of the ${form}`, unit: 'MB', spread: idleRssMb, ...floorOf(hello?.idleRssMb), note: '' },
  ]
}

function floorOf(spread: StartupRow['answeredMs'] | undefined) {
  return spread === undefined ? {} : { floor: { name: 'hello', spread } }
}
