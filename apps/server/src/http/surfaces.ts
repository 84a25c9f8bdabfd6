/** Which dialect a path speaks: known before anything is routed, so that every refusal is in the right one. */
import { rawPath, withoutSpareSlashes } from './raw-path.ts'

/** `datadog`: the log intake. `fetch`: WarpStream's fetch endpoints. `own`: everything else. */
export type Surface = 'datadog' | 'fetch' | 'own'

/** Where senders post that know no prefix (contract D16). */
export const ROOT_INTAKE_PATHS: readonly string[] = ['/api/v2/logs', '/v1/input']

const FETCH_PATH = /^\/v1\/kafka\/(?:fetch|fetch_single_record|topics\/[^/]*\/partitions\/[^/]*\/records\/[^/]*)$/

export interface Surfaces {
  /** What is routed on: the raw path, on the intake without the slashes that senders add. */
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
      return tidy !== path && isIntake(tidy) ? tidy : path
    },
    surfaceOf(target) {
      const path = rawPath(target)
      if (isIntake(withoutSpareSlashes(path))) return 'datadog'
      return FETCH_PATH.test(path) ? 'fetch' : 'own'
    },
  }
}
