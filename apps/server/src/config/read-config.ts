/**
 * Reads a broker's configuration from where it may be written: flags before environment before file before defaults.
 *
 * - What is not known is refused, with the nearest known name: a setting that is silently ignored is a lie.
 * - A sentence about a value names the place where it was written.
 */
import { suggestion } from '@logbrook/kafka/nearest'
import { UsageError } from '../usage-error.ts'
import { CONFIG } from './config.ts'
import type { Config, ConfigKey } from './config.ts'
import { CLIENT_VARIABLES, CONFIG_FLAG, CONFIG_VARIABLE, SETTINGS } from './settings.ts'

export interface ConfigSources {
  /** By flag name; what was not given is not there. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly readFile: (path: string) => string
  /** Settings that hold where no file is named, and where they were written. */
  readonly unnamed?: { readonly place: string; readonly settings: object } | undefined
}

/** The later beat the earlier. */
const LAYERS = ['file', 'environment', 'flags'] as const

export interface Given {
  readonly value: unknown
  /** The higher beats the lower. */
  readonly layer: number
  /** As a sentence about it calls it. */
  readonly place: string
}

type Layer = ReadonlyMap<ConfigKey, Omit<Given, 'layer'>>

/** @throws UsageError for the first thing that is not right */
export function readConfig({ flags, env, readFile, unnamed }: ConfigSources): Config {
  const path = flags[CONFIG_FLAG] ?? env[CONFIG_VARIABLE]
  const layers: Record<(typeof LAYERS)[number], Layer> = {
    file:
      typeof path === 'string' ? fromSettings(objectIn(path, readFile), path) : fromSettings(unnamed?.settings ?? {}, unnamed?.place ?? ''),
    environment: fromEnvironment(env),
    flags: fromFlags(flags),
  }
  const given = new Map<ConfigKey, Given>()
  for (const [layer, name] of LAYERS.entries()) for (const [key, { value, place }] of layers[name]) given.set(key, { value, place, layer })
  return settle(given)
}

/** @throws UsageError for the first thing that is not right, or does not go with another */
export function settle(given: ReadonlyMap<ConfigKey, Given>): Config {
  const config = parse(given)
  refuseLooseClock(config, given)
  refuseOpenDoors(config)
  refuseOpenControls(config)
  return { ...config, memory: isInMemory(config, given) }
}

function fromFlags(flags: ConfigSources['flags']): Layer {
  const layer = new Map<ConfigKey, Omit<Given, 'layer'>>()
  for (const { key, flag } of SETTINGS) if (flags[flag] !== undefined) layer.set(key, { value: flags[flag], place: `--${flag}` })
  return layer
}

function fromEnvironment(env: ConfigSources['env']): Layer {
  const layer = new Map<ConfigKey, Omit<Given, 'layer'>>()
  const known = [...SETTINGS.map(({ variable }) => variable), ...CLIENT_VARIABLES, CONFIG_VARIABLE]
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('LOGBROOK_')) continue
    if (!known.includes(variable)) throw new UsageError(`unknown variable ${variable}${suggestion(variable, known)}`)
    const setting = SETTINGS.find((candidate) => candidate.variable === variable)
    if (setting !== undefined) layer.set(setting.key, { value, place: variable })
  }
  return layer
}

function fromSettings(settings: object, place: string): Layer {
  const layer = new Map<ConfigKey, Omit<Given, 'layer'>>()
  for (const [name, value] of Object.entries(settings)) {
    const setting = SETTINGS.find(({ flag }) => flag === name)
    if (setting === undefined) {
      const known = SETTINGS.map(({ flag }) => flag)
      throw new UsageError(`unknown key ${JSON.stringify(name)} in ${place}${suggestion(name, known, JSON.stringify)}`)
    }
    layer.set(setting.key, { value, place: `${JSON.stringify(name)} in ${place}` })
  }
  return layer
}

function objectIn(path: string, readFile: ConfigSources['readFile']): object {
  let content: unknown
  try {
    content = JSON.parse(readFile(path))
  } catch (error) {
    throw new UsageError(`the configuration file ${path} cannot be read: ${String(error)}`)
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new UsageError(`the configuration file ${path} holds no JSON object`)
  }
  return content
}

function parse(given: ReadonlyMap<ConfigKey, Given>): Config {
  const keys = Object.keys(CONFIG) as readonly ConfigKey[]
  return Object.fromEntries(keys.map((key) => [key, valueOf(key, given.get(key))])) as unknown as Config
}

function valueOf(key: ConfigKey, given: Given | undefined): unknown {
  const { schema, byDefault } = CONFIG[key]
  if (given === undefined) return byDefault
  const parsed = schema().safeParse(given.value)
  if (parsed.success) return parsed.data
  throw new UsageError(`${given.place} is ${JSON.stringify(given.value)}; it must be ${parsed.error.issues[0]!.message}`)
}

/** Of `memory` and `dataDir` the one that was said in the stronger place holds; said in the same place they exclude each other. */
function isInMemory(config: Config, given: ReadonlyMap<ConfigKey, Given>): boolean {
  const [memory, dataDir] = [given.get('memory'), given.get('dataDir')]
  if (!config.memory || memory === undefined || dataDir === undefined) return config.memory
  if (memory.layer === dataDir.layer) throw new UsageError(`${memory.place} and ${dataDir.place} exclude each other`)
  return memory.layer > dataDir.layer
}

/** A clock that nobody can move would stand still for ever. */
function refuseLooseClock({ clock, testing }: Config, given: ReadonlyMap<ConfigKey, Given>): void {
  if (clock === 'system' || testing) return
  throw new UsageError(`${given.get('clock')!.place} is "${clock}", which goes with --testing: nothing else moves such a clock`)
}

function refuseOpenDoors({ host, auth, openWithoutAuthentication }: Config): void {
  if (isLoopback(host) || auth === 'required' || openWithoutAuthentication) return
  throw new UsageError(
    `listening on ${host} lets other machines in without credentials; use --auth required, or say --open-without-authentication`,
  )
}

function refuseOpenControls({ host, testing, openTestingControls }: Config): void {
  if (!testing || isLoopback(host) || openTestingControls) return
  throw new UsageError(
    `listening on ${host} with --testing puts the broker into the hands of other machines, whatever --auth says; ` +
      'listen on 127.0.0.1, or say --open-testing-controls',
  )
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
