/** The broker's side of what engines ask for: each part of it answers for its own, and so do topics/ and live/. */
import type { LiveQueries } from '../live/live-queries.ts'
import type { BrokerServices, BrokerTable, SqlCaller } from '../services.ts'
import { createTopicServices } from '../topics/services.ts'
import type { TopicServicesOptions } from '../topics/services.ts'
import { clusterRow, settingRows, statRows } from './system-rows.ts'
import type { Row } from './system-rows.ts'
import { createUserServices } from './user-services.ts'

export interface ServicesOptions extends TopicServicesOptions {
  /** Of the program. */
  readonly version: string
  readonly settings: Parameters<typeof settingRows>[0]
  /** Asked for when there is a statement. */
  readonly live: () => Pick<LiveQueries, 'rows' | 'kill'>
}

export function createServices({ version, settings, live, ...options }: ServicesOptions): BrokerServices {
  const users = createUserServices(options.broker)
  const topics = createTopicServices(options)
  const rows: Readonly<Record<BrokerTable, (caller: SqlCaller) => readonly Row[] | Promise<readonly Row[]>>> = {
    users: () => users.userRows(),
    topics: (caller) => topics.topicRows(caller, 'topics'),
    topic_offsets: (caller) => topics.topicRows(caller, 'topic_offsets'),
    live: () => live().rows(),
    stats: () => statRows({ version, users: users.userRows().length }),
    settings: () => settingRows(settings),
    cluster: () => [clusterRow(version)],
    // They are tokens, which nobody keeps.
    sessions: () => [],
  }
  return {
    ...users,
    ...topics,
    systemRows: async (caller, table) => await rows[table](caller),
    killLiveQuery: async (_caller, id) => live().kill(id),
  }
}
