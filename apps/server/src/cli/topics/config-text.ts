/** Topic configuration as it is typed: `retention.ms=7d`, `max.message.bytes=1MiB`. What a key may hold, the broker says. */
import { durationMs } from '@logbrook/kafka/duration'
import { keyValues } from '../arguments.ts'
import type { Option } from '../command.ts'

export const CONFIG_OPTION = {
  type: 'string',
  short: 'c',
  multiple: true,
  placeholder: 'KEY=VALUE',
  meaning: 'Set a configuration key; times may end in s, m, h or d, sizes in KiB, MiB or GiB.',
} as const satisfies Option

const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
])

/** @throws UsageError for what is not KEY=VALUE */
export function parseConfigText(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(keyValues('--config', texts).map(([key, value]) => [key, inBaseUnit(key, value)]))
}

function inBaseUnit(key: string, value: string): string {
  if (key.endsWith('.ms')) return String(durationMs(value) ?? value)
  const [, number = '', unit = ''] = /^(\d+)([a-zA-Z]+)$/.exec(value) ?? []
  const factor = key.endsWith('.bytes') ? SIZE_UNITS.get(unit) : undefined
  return factor === undefined ? value : String(Number(number) * factor)
}
