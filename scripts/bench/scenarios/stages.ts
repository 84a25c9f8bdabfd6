/** What each stage of an intake costs, in microseconds per request of 100 records. */
import { profileIntake } from '../profile/profile-intake.ts'
import type { ProfiledIntake } from '../profile/profile-intake.ts'
import { microsecondsByStage } from '../profile/stages.ts'
import type { Finding, Scenario } from '../scenario.ts'
import { scratchDirectory } from '../scratch.ts'
import { spread } from '../statistics.ts'

export const stages: Scenario = {
  name: 'stages',
  depth: 'quick',
  async measure(settings) {
    using directory = scratchDirectory()
    return stageFindings(await profileIntake(settings, directory.path))
  },
}

export function stageFindings({ stacks, requests, note }: ProfiledIntake): readonly Finding[] {
  const stageTimes = [...microsecondsByStage(stacks)]
  const busyUs = stageTimes.reduce((sum, [stage, us]) => sum + (stage === 'idle' ? 0 : us), 0)
  const finding = (name: string, us: number, about: string) => ({
    name,
    unit: 'µs/request',
    spread: spread([us / requests]),
    note: about,
  })
  return [
    ...stageTimes.map(([stage, us]) => finding(`intake, ${stage}`, us, `${Math.round((100 * us) / busyUs)} % of what is not idle`)),
    finding('intake, main thread', busyUs, note),
  ]
}
