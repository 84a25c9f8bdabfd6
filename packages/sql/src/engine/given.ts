import type { Given } from '../compile/given.ts'
import type { Run } from './run.ts'

/** What the compiler is given of a run. */
export function givenOf({ params, nowMs, asUser, caller, files }: Run): Given {
  return { params, nowMs, user: asUser, role: caller.role, files }
}
