/** The kinds of values that settings have: each reads what a flag, a variable (both text) or a JSON file holds. */

export interface Kind<Value> {
  /** Ends the sentence "--port is "x"; it must be …". */
  readonly expected: string
  /** `undefined` for what is no such value. */
  readonly read: (written: unknown) => Value | undefined
}

export const text: Kind<string> = textThat(isFilled, 'text that is not empty')

export function textThat(isRight: (written: string) => boolean, expected: string): Kind<string> {
  return { expected, read: (written) => (typeof written === 'string' && isRight(written) ? written : undefined) }
}

function isFilled(written: string): boolean {
  return written !== ''
}

export function whole(min: number, max: number): Kind<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    read(written) {
      const number = typeof written === 'string' && /^-?\d{1,15}$/.test(written) ? Number(written) : written
      return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max ? number : undefined
    },
  }
}

export function choice<const Choice extends string | number>(...choices: readonly Choice[]): Kind<Choice> {
  return {
    expected: `one of ${choices.join(', ')}`,
    read: (written) => choices.find((candidate) => candidate === written || String(candidate) === written),
  }
}

const WORDS = new Map<unknown, boolean>([
  ['on', true],
  ['true', true],
  [true, true],
  ['off', false],
  ['false', false],
  [false, false],
])

export const onOff: Kind<boolean> = { expected: 'on or off', read: (written) => WORDS.get(written) }

export function list<Item extends string>(isItem: (written: string) => written is Item, expected: string): Kind<readonly Item[]>
export function list(isItem: (written: string) => boolean, expected: string): Kind<readonly string[]>
export function list(isItem: (written: string) => boolean, expected: string): Kind<readonly string[]> {
  return {
    expected,
    read(written) {
      const items: unknown = typeof written === 'string' ? itemsIn(written) : written
      return Array.isArray(items) && items.every((item) => typeof item === 'string' && isItem(item)) ? (items as string[]) : undefined
    },
  }
}

/** Kafka's own lists of principals are parted by semicolons: both are read. */
function itemsIn(written: string): readonly string[] {
  return written === '' ? [] : written.split(/[,;]/).map((item) => item.trim())
}

/** Also what a file says with `null`: that there is none. */
export function orNull<Value>({ expected, read }: Kind<Value>): Kind<Value | null> {
  return { expected, read: (written) => (written === null ? null : read(written)) }
}
