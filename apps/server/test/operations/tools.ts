/** Programs of others that these tests run. Where one is missing a test says so and is skipped; in CI, which brings them all, it fails. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Servers are installed where a user's PATH does not lead. */
const PLACES = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']

/** A program's path. @throws Error when there is none */
export function toolPath(name: string): string {
  const path = find(name)
  if (path === undefined) throw new Error(`${name} is not installed`)
  return path
}

/** What to skip a test for, as node:test wants it. */
export function skipWithout(...names: readonly string[]): string | false {
  if (process.env['CI'] !== undefined) return false
  const missing = names.filter((name) => find(name) === undefined)
  return missing.length === 0 ? false : `${missing.join(' and ')}: not installed here`
}

function find(name: string): string | undefined {
  return PLACES.map((place) => join(place, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** What files that are to be edited say in a new place. @throws Error when one of them is not there to be replaced */
export function replaced(text: string, replacements: Readonly<Record<string, string>>): string {
  let result = text
  for (const [from, to] of Object.entries(replacements)) {
    if (!result.includes(from)) throw new Error(`there is no ${JSON.stringify(from)} in it`)
    result = result.replaceAll(from, to)
  }
  return result
}
