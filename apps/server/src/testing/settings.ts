/** From the settings of a fixture to the options of its server, and to the flags of a `logbrook start` that answers as it does. */
import type { Clock } from '@logbrook/kafka/clock'
import { openStorage } from '@logbrook/storage/storage'
import { applyInitFile, applyInitFileTo } from '../init-file.ts'
import { createLogger, silentLogger } from '../logger.ts'
import type { ServerOptions } from '../server-options.ts'
import type { FixtureSettings } from './options.ts'
import { FIXTURE_PRINCIPAL } from './permissions.ts'
import type { SeededRandom } from './seeded.ts'
import { seededTopicIds } from './seeded.ts'

/** @throws KafkaError naming the topic or user that is not possible */
export async function fixtureServerOptions(
  settings: FixtureSettings,
  clock: Clock,
  random: SeededRandom | undefined,
): Promise<ServerOptions> {
  const { init, dataDir, logLevel, seed } = settings
  if (dataDir !== undefined) await rehearse(settings, clock)
  return {
    host: '127.0.0.1',
    port: settings.port,
    location: dataDir === undefined ? 'memory' : { dataDir },
    // A test's data need not survive a power cut, and no test is to wait for the disk.
    durability: 'none',
    // Starting a thread takes longer than starting a broker.
    checkpoint: 'inline',
    authentication: settings.auth,
    acls: settings.acls,
    superUsers: [FIXTURE_PRINCIPAL, ...init.superUsers],
    allowWithoutBinding: settings.allowEveryoneIfNoAclFound,
    allowedHosts: settings.allowedHosts,
    corsOrigins: settings.corsOrigins,
    intake: {
      successStatus: settings.intakeSuccessStatus,
      rootTopic: settings.intakeRootTopic ?? null,
      bareObject: settings.intakeBareObject,
    },
    clock,
    logger:
      logLevel === 'silent' ? silentLogger : await createLogger({ level: logLevel, format: 'pretty', clock, destination: process.stderr }),
    random: random === undefined ? Math.random : () => random.next(),
    ...(seed === undefined ? {} : { newTopicId: seededTopicIds(seed) }),
    // The process is the test's, and so are its globals.
    keepGlobals: true,
    owner: `a test, pid ${process.pid}`,
    async prepare(storage) {
      if (dataDir === undefined) await applyInitFile(init, storage, clock)
      else await applyInitFileTo(storage, init, { place: 'Logbrook.create', clock })
    },
  }
}

/** What is not possible fails here, and leaves nothing half done in a directory that stays. */
async function rehearse({ init }: FixtureSettings, clock: Clock): Promise<void> {
  await using rehearsal = await openStorage({ location: 'memory', durability: 'none', checkpoint: 'inline', clock })
  await applyInitFile(init, rehearsal, clock)
}

export function flagsOf({ auth, acls, init, allowEveryoneIfNoAclFound }: FixtureSettings): readonly string[] {
  return [
    ...(auth === 'optional' ? [] : ['--auth', auth]),
    ...(acls ? ['--acls', 'on'] : []),
    ...(allowEveryoneIfNoAclFound ? ['--allow-everyone-if-no-acl-found'] : []),
    ...(init.superUsers.length === 0 ? [] : ['--super-users', init.superUsers.join(',')]),
  ]
}
