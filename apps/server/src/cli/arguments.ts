/** Reads a command's arguments, strictly: what is not known is refused with the nearest known one named. */
import { suggestion } from '@logbrook/kafka/nearest'
import { parseArgs } from 'node:util'
import { UsageError } from '../usage-error.ts'
import type { Command, Options } from './command.ts'

export interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | readonly string[]>>
  readonly positionals: readonly string[]
}

/** @throws UsageError */
export function readArguments(command: Pick<Command, 'options' | 'positionals'>, args: readonly string[]): Arguments {
  const { options } = command
  // Not `strict`: that refuses `-o -5`, and its sentences name no neighbour.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true })
  const values: Record<string, string | boolean | readonly string[]> = {}
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const option = options[token.name]
    if (option === undefined) throw new UsageError(unknownOption(token.rawName, options))
    if (option.type === 'boolean') {
      if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value`)
      values[token.name] = true
    } else {
      if (token.value === undefined) throw new UsageError(`${token.rawName} needs a value`)
      values[token.name] =
        option.multiple === true ? [...((values[token.name] as readonly string[] | undefined) ?? []), token.value] : token.value
    }
  }
  checkCount(command.positionals, positionals)
  return { values, positionals }
}

function unknownOption(rawName: string, options: Options): string {
  if (rawName.startsWith('--')) {
    const known = Object.keys(options).map((name) => `--${name}`)
    return `unknown option ${rawName}${suggestion(rawName, known)}`
  }
  const known = Object.values(options).flatMap(({ short }) => (short === undefined ? [] : `-${short}`))
  return `unknown option ${rawName}${known.length === 0 ? '' : `; there are ${known.join(', ')}`}`
}

function checkCount(wanted: string, given: readonly string[]): void {
  const names = wanted.split(' ').filter((name) => name !== '')
  const missing = names.filter((name) => !name.startsWith('['))[given.length]
  if (missing !== undefined) throw new UsageError(`${missing.replace('...', '')} is missing`)
  if (given.length > names.length && !wanted.endsWith('...'))
    throw new UsageError(`unexpected argument ${JSON.stringify(given[names.length])}`)
}

/** A whole number written as an option's or an argument's value. @throws UsageError */
export function wholeNumber(name: string, text: string, { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number }): number {
  const number = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(number) || number < min || number > max) {
    const bounds = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`
    throw new UsageError(`${name} is ${JSON.stringify(text)}; it must be a whole number, ${bounds}`)
  }
  return number
}

/** `text` as one of `choices`, as kafka-acls takes words: `Read`, `READ`, `DescribeConfigs`, `describe-configs`. @throws UsageError */
export function oneOf<Choice extends string>(name: string, text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => plainWord(candidate) === plainWord(text))
  if (choice === undefined) {
    const known = choices.map((candidate) => candidate.toLowerCase().replaceAll('_', '-'))
    throw new UsageError(`${name} is ${JSON.stringify(text)}; it must be one of ${known.join(', ')}`)
  }
  return choice
}

function plainWord(text: string): string {
  return text.toLowerCase().replaceAll(/[-_]/g, '')
}

/** `KEY=VALUE`, as often as it was given. @throws UsageError */
export function keyValues(name: string, texts: readonly string[]): readonly (readonly [key: string, value: string])[] {
  return texts.map((text) => {
    const equals = text.indexOf('=')
    if (equals <= 0) throw new UsageError(`${name} is ${JSON.stringify(text)}; it must be KEY=VALUE`)
    return [text.slice(0, equals), text.slice(equals + 1)]
  })
}
