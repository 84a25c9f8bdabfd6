/** Which dialect a path speaks: known before anything is routed, so that every refusal is in the right one. */
import { rawPath, withoutSpareSlashes } from './raw-path.ts'

/**
 * `datadog`: the log intake. `fetch`: WarpStream's fetch endpoints. `kalamdb-…`: KalamDB's sessions, its topics, and what takes a token
 * otherwise. `own`: everything else.
 */
export type Surface = 'datadog' | 'fetch' | 'kalamdb-auth' | 'kalamdb-topics' | 'kalamdb-sql' | 'own'

/** Where senders post that know no prefix (contract D16). */
export const ROOT_INTAKE_PATHS: readonly string[] = ['/api/v2/logs', '/v1/input']

const FETCH_PATH = /^\/v1\/kafka\/(?:fetch|fetch_single_record|topics\/[^/]*\/partitions\/[^/]*\/records\/[^/]*)$/

/** By how a path begins. */
const KALAMDB_SURFACES: readonly (readonly [prefix: string, surface: Surface])[] = [
  ['/v1/api/auth/', 'kalamdb-auth'],
  ['/v1/api/topics/', 'kalamdb-topics'],
  ['/v1/api/sql', 'kalamdb-sql'],
  ['/v1/files/', 'kalamdb-sql'],
  ['/v1/ws', 'kalamdb-sql'],
]

export interface Surfaces {
  /** What is routed on: the raw path, where senders add slashes without them. */
  routedPath(target: string): string
  surfaceOf(target: string): Surface
}

/** The paths of `ROOT_INTAKE_PATHS` are the intake's only where they are configured. */
export function createSurfaces({ rootIntake }: { readonly rootIntake: boolean }): Surfaces {
  function isIntake(tidyPath: string): boolean {
    return tidyPath === '/dd' || tidyPath.startsWith('/dd/') || (rootIntake && ROOT_INTAKE_PATHS.includes(tidyPath))
  }

  return {
    routedPath(target) {
      const path = rawPath(target)
      const tidy = withoutSpareSlashes(path)
      return tidy !== path && (isIntake(tidy) || isKalamdb(tidy)) ? tidy : path
    },
    surfaceOf(target) {
      const path = rawPath(target)
      const tidy = withoutSpareSlashes(path)
      if (isIntake(tidy)) return 'datadog'
      if (FETCH_PATH.test(path)) return 'fetch'
      return KALAMDB_SURFACES.find(([prefix]) => tidy.startsWith(prefix))?.[1] ?? 'own'
    },
  }
}

/** A base URL that ends with a slash makes its client ask for `//v1/api/sql`. */
function isKalamdb(tidyPath: string): boolean {
  return tidyPath.startsWith('/v1/api/') || tidyPath.startsWith('/v1/files/') || tidyPath === '/v1/ws'
}
