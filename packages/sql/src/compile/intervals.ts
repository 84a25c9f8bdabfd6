/** INTERVAL '…', in units that are of the same length everywhere. */
import type { Node } from 'libpg-query'
import { stringsOf, unsupported } from './tree.ts'

const UNIT_MICROS: Readonly<Record<string, number>> = {
  microsecond: 1,
  millisecond: 1_000,
  second: 1_000_000,
  sec: 1_000_000,
  minute: 60_000_000,
  min: 60_000_000,
  hour: 3_600_000_000,
  day: 86_400_000_000,
  week: 604_800_000_000,
}
const PART = /([+-]?\d+(?:\.\d+)?)\s*([a-z]+)\s*/giuy

/** In microseconds; `null`: the node is no interval. @throws SqlError */
export function intervalOf(node: Node): bigint | null {
  if (!('TypeCast' in node) || stringsOf(node.TypeCast.typeName?.names).at(-1) !== 'interval') return null
  const { arg, typeName } = node.TypeCast
  if (arg === undefined || !('A_Const' in arg) || typeName?.typmods !== undefined) throw unsupported('INTERVAL')
  const text = (arg.A_Const.sval?.sval ?? '').trim()
  let [micros, read] = [0, 0]
  for (const [part, count, unit] of text.matchAll(PART)) {
    const size = UNIT_MICROS[(unit ?? '').toLowerCase().replace(/s$/u, '')]
    if (size === undefined) throw unsupported(`unit of INTERVAL '${unit}'`)
    micros += Number(count) * size
    read += part.length
  }
  if (read === 0 || read !== text.length || !Number.isSafeInteger(Math.round(micros))) throw unsupported(`INTERVAL '${text.slice(0, 64)}'`)
  return BigInt(Math.round(micros))
}
