/** Every scenario, in the order in which they are measured. */
import type { Scenario } from './scenario.ts'
import { bomb } from './scenarios/bomb.ts'
import { appendToConsumer, consumeThousands } from './scenarios/consume.ts'
import { diskSize } from './scenarios/disk-size.ts'
import { fetch1Mb } from './scenarios/fetch.ts'
import { fixtureRestore } from './scenarios/fixture-restore.ts'
import { fixtureStart } from './scenarios/fixture-start.ts'
import { files } from './scenarios/files.ts'
import { get } from './scenarios/get.ts'
import { intakes } from './scenarios/intake.ts'
import { growth } from './scenarios/growth.ts'
import { largeGzipRequest, largeRequest } from './scenarios/large-request.ts'
import { live } from './scenarios/live.ts'
import { logins } from './scenarios/logins.ts'
import { longPoll } from './scenarios/long-poll.ts'
import { mixedLoad } from './scenarios/mixed-load.ts'
import { retention } from './scenarios/retention.ts'
import { sqlInsert } from './scenarios/sql-insert.ts'
import { stages } from './scenarios/stages.ts'
import { startup } from './scenarios/startup.ts'
import { topicQuery } from './scenarios/topic-query.ts'

export const SCENARIOS: readonly Scenario[] = [
  ...intakes,
  get,
  fetch1Mb,
  longPoll,
  consumeThousands,
  appendToConsumer,
  logins,
  largeRequest,
  largeGzipRequest,
  bomb,
  sqlInsert,
  topicQuery,
  files,
  live,
  diskSize,
  startup,
  fixtureStart,
  fixtureRestore,
  stages,
  retention,
  growth,
  mixedLoad,
]
