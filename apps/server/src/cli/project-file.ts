/**
 * `logbrook.json` in the current folder: what a project wants of its broker, picked up by `logbrook start`.
 *
 * ```json
 * { "settings": { "port": 8081, "acls": "on" }, "topics": […], "users": […], "super_users": […], "acls": […] }
 * ```
 *
 * - It is an init file with a place for settings, the keys of which are those of `--config`.
 * - Whoever names a file, by `--config` or `--init-file` or their variables, means that one: this one is not looked at then.
 */
import { suggestion } from '@logbrook/kafka/nearest'
import { CONFIG_FLAG, CONFIG_VARIABLE } from '../config/settings.ts'
import { UsageError } from '../usage-error.ts'

export const PROJECT_FILE = 'logbrook.json'

export interface ProjectFile {
  /** By the keys of `--config`. */
  readonly settings: object
  /** The body of an init file, not yet looked at. */
  readonly init: Readonly<Record<string, unknown>>
}

interface ProjectFileSources {
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly readFile: (path: string) => string
}

const INIT_FLAG = 'init-file'
const INIT_KEYS = ['topics', 'users', 'super_users', 'acls']

/** `undefined` where there is none, or another one is named. @throws UsageError naming the key that is not right */
export function readProjectFile({ flags, env, readFile }: ProjectFileSources): ProjectFile | undefined {
  const named = [flags[CONFIG_FLAG], env[CONFIG_VARIABLE], flags[INIT_FLAG], env['LOGBROOK_INIT_FILE']]
  if (named.some((name) => name !== undefined)) return undefined
  const text = textOf(readFile)
  if (text === undefined) return undefined
  const { settings = {}, ...init } = objectIn(text)
  for (const key of Object.keys(init)) {
    if (INIT_KEYS.includes(key)) continue
    const hint = suggestion(key, ['settings', ...INIT_KEYS], JSON.stringify)
    throw new UsageError(`unknown key ${JSON.stringify(key)} in ${PROJECT_FILE}${hint}`)
  }
  if (!isObject(settings)) throw new UsageError(`"settings" in ${PROJECT_FILE} is ${JSON.stringify(settings)}; it must be an object`)
  if (INIT_FLAG in settings)
    throw new UsageError(`"${INIT_FLAG}" in the settings of ${PROJECT_FILE}: what it would hold has its place beside them`)
  return { settings, init }
}

function textOf(readFile: ProjectFileSources['readFile']): string | undefined {
  try {
    return readFile(PROJECT_FILE)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new UsageError(`${PROJECT_FILE} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (cause) {
    throw new UsageError(`${PROJECT_FILE} cannot be read: ${(cause as Error).message}`, { cause })
  }
  if (isObject(content)) return content
  throw new UsageError(`${PROJECT_FILE} holds no JSON object`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
