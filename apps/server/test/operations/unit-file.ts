/** What a systemd unit of `deploy/systemd` says, with systemd's own escapes undone: enough of the format for the units that are there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const UNITS = join(import.meta.dirname, '../../../../deploy/systemd')

/** What stands for what in a unit: `%S` is where state directories lie. */
type Specifiers = Readonly<Record<string, string>>

export interface UnitFile {
  readonly text: string
  /** All values of a setting, in order, ready for a shell. */
  values(setting: string, specifiers?: Specifiers): readonly string[]
  /** @throws Error when there is not exactly one */
  value(setting: string, specifiers?: Specifiers): string
}

export function readUnit(name: string): UnitFile {
  const text = readFileSync(join(UNITS, name), 'utf8')

  function values(setting: string, specifiers: Specifiers = {}): readonly string[] {
    const found = Array.from(text.matchAll(new RegExp(`^${setting}=(.*)$`, 'gm')), ([, value]) => value!)
    return found.map((value) => value.replaceAll(/%(.)/g, (_, letter: string) => expand(letter, specifiers)).replaceAll('$$', '$'))
  }

  return {
    text,
    values,
    value(setting, specifiers) {
      const [value, ...more] = values(setting, specifiers)
      if (value === undefined || more.length > 0) throw new Error(`${name} says ${setting} ${more.length + 1} times`)
      return value
    },
  }
}

function expand(letter: string, specifiers: Specifiers): string {
  const value = letter === '%' ? '%' : specifiers[letter]
  if (value === undefined) throw new Error(`what %${letter} stands for is not known`)
  return value
}
