/** From being spawned to the answers of an append and a fetch, and the memory that it then sits on: the bundle, the single executable and the sources. */
import type { Scenario } from '../scenario.ts'
import { measureStartup } from '../startup.ts'
import type { StartupRow } from '../startup.ts'

export const startup: Scenario = {
  name: 'startup',
  depth: 'default',
  async measure({ runs }) {
    const rows = await measureStartup({ runs })
    const rowOf = (wanted: StartupRow['form']) => rows.find(({ form }) => form === wanted)
    // What the single executable is weighed against is the bundle, which asks for a Node.
    return rows
      .filter(({ form }) => form !== 'hello')
      .flatMap((row) => startupFindings(row, rowOf(row.form === 'binary' ? 'bundle' : 'hello')))
  },
}

function startupFindings({ form, answeredMs, listeningMs, idleRssMb }: StartupRow, floor: StartupRow | undefined) {
  const listening = `listening after ${Math.round(listeningMs.median)} ms`
  return [
    { name: `start of the ${form} to append and fetch`, unit: 'ms', spread: answeredMs, ...floorOf(floor, 'answeredMs'), note: listening },
    { name: `idle RSS of the ${form}`, unit: 'MB', spread: idleRssMb, ...floorOf(floor, 'idleRssMb'), note: '' },
  ]
}

function floorOf(floor: StartupRow | undefined, figure: 'answeredMs' | 'idleRssMb') {
  return floor === undefined ? {} : { floor: { name: floor.form, spread: floor[figure] } }
}
