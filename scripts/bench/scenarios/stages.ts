/** What each stage of an intake costs, in microseconds per request of 100 records. */
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { profileIntake } from '../profile/profile-intake.ts'
import type { ProfiledIntake } from '../profile/profile-intake.ts'
import { microsecondsByStage } from '../profile/stages.ts'
import type { Finding, Scenario } from '../scenario.ts'
import { spread } from '../statistics.ts'

export const stages: Scenario = {
  name: 'stages',
  depth: 'quick',
  async measure(settings) {
    using directory = mkdtempDisposableSync(join(tmpdir(), 'logbrook-bench-profile-'))
    return stageFindings(await profileIntake(settings, directory.path))
  },
}

export function stageFindings({ stacks, requests, note }: ProfiledIntake): readonly Finding[] {
  return microsecondsByStage(stacks)
    .entries()
    .map(([stage, us]) => ({ name: `stage of an intake: ${stage}`, unit: 'µs/request', spread: spread([us / requests]), note }))
    .toArray()
}
