/** What a command is: its words, its help, its options and what it does, in one place each. */
import type { Shell } from './shell.ts'

export interface Option {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: true
  /** What stands for the value in help. */
  readonly placeholder?: string
  readonly meaning: string
}

export type Options = Readonly<Record<string, Option>>

/** What was given of each option. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]?: O[Name] extends { type: 'boolean' }
    ? boolean
    : O[Name] extends { multiple: true }
      ? readonly string[]
      : string
}

export interface Command<O extends Options = Options> {
  /** What follows the command's words: `NAME [VALUE]...`; names in brackets may be left out. */
  readonly positionals: string
  readonly options: O
  /** Sentences for which the summary has no room. */
  readonly details?: string
  /** Command lines without the leading `logbrook`. */
  readonly examples: readonly string[]
  run(invocation: Invocation<O>): Promise<void>
}

interface Invocation<O extends Options = Options> {
  readonly shell: Shell
  readonly values: Values<O>
  /** As many as `positionals` asks for. */
  readonly positionals: readonly string[]
}

/** Gives `run` the types of its own options. */
export function defineCommand<const O extends Options>(command: Command<O>): Command {
  return command
}

export const JSON_OPTION = { type: 'boolean', meaning: 'Print JSON, one value a line.' } as const satisfies Option
