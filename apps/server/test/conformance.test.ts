/** The contract's cases against the real server on a port: every profile, in memory and on disk, a case a subtest. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CASES } from '@logbrook/conformance/all-cases'
import type { ConformanceCase } from '@logbrook/conformance/case'
import { createNamer } from '@logbrook/conformance/names'
import { PROFILES } from '@logbrook/conformance/profiles'
import type { ProfileName } from '@logbrook/conformance/profiles'
import { inapplicable, playCase } from '@logbrook/conformance/run'
import type { Target } from '@logbrook/conformance/target'
import { startConformanceServer } from './conformance-server.ts'
import { seededRandom } from './seeded-random.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const LOCATIONS = ['memory', 'disk'] as const
type Location = (typeof LOCATIONS)[number]

for (const profile of Object.keys(PROFILES) as ProfileName[]) {
  for (const location of LOCATIONS) {
    test(`conformance, ${profile}, ${location === 'disk' ? 'on disk' : 'in memory'}`, async (t) => {
      const random = seededRandom(t)
      const names = createNamer()
      await withServer(location, profile, random, async (server) => {
        for (const one of CASES.filter(({ needs = 'plain' }) => needs === profile)) {
          if (isBeyond(location, one)) continue
          await t.test(`${one.proves.join(' ')} ${one.name}`, async () => {
            const play = async (target: Target): Promise<void> => {
              assert.equal(inapplicable({ ...one, spoilsServer: false }, target), null)
              await playCase(one, target, names())
            }
            await (one.spoilsServer === true ? withServer(location, profile, random, play) : play(server))
          })
        }
      })
    })
  }
}

/** What a case asks for that this run cannot do: two minutes of real time anywhere, and in memory a hand on the files. */
function isBeyond(location: Location, { hands = [] }: ConformanceCase): boolean {
  return hands.some((hand) => hand === 'wait' || (location === 'memory' && (hand === 'breakStorage' || hand === 'damage')))
}

async function withServer(
  location: Location,
  profile: ProfileName,
  random: () => number,
  use: (target: Target) => Promise<void>,
): Promise<void> {
  await using directory = await temporaryDirectory()
  await using server = await startConformanceServer({
    profile,
    location: location === 'disk' ? { dataDir: directory.path } : 'memory',
    random,
  })
  await use(server)
}
