/** Topic configuration as it is typed: `retention.ms=7d`, `max.message.bytes=1MiB`. What a key may hold, the broker says. */
import { keyValues } from '../arguments.ts'
import type { Option } from '../command.ts'

export const CONFIG_OPTION = {
  type: 'string',
  short: 'c',
  multiple: true,
  placeholder: 'KEY=VALUE',
  meaning: 'Set a configuration key; times may end in s, m, h or d, sizes in KiB, MiB or GiB.',
} as const satisfies Option

const UNITS: readonly (readonly [key: RegExp, units: Readonly<Record<string, number>>])[] = [
  [/\.ms$/, { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }],
  [/\.bytes$/, { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }],
]

/** @throws UsageError for what is not KEY=VALUE */
export function parseConfigText(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(keyValues('--config', texts).map(([key, value]) => [key, inBaseUnit(key, value)]))
}

function inBaseUnit(key: string, value: string): string {
  const [, number = '', unit = ''] = /^(\d+)([a-zA-Z]+)$/.exec(value) ?? []
  const factor = UNITS.find(([pattern]) => pattern.test(key))?.[1][unit]
  return factor === undefined ? value : String(Number(number) * factor)
}
