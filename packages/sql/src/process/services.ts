/** The broker's side of what engines ask for: each part of it answers for its own, and so do topics/ and live/. */
import type { LiveQueries } from '../live/live-queries.ts'
import type { BrokerServices } from '../services.ts'
import { createTopicServices } from '../topics/services.ts'
import type { TopicServicesOptions } from '../topics/services.ts'
import { clusterRow, settingRows, statRows } from './system-rows.ts'
import { createUserServices } from './user-services.ts'

export interface ServicesOptions extends TopicServicesOptions {
  /** Of the program. */
  readonly version: string
  readonly settings: Parameters<typeof settingRows>[0]
  /** Asked for when there is a statement. */
  readonly live: () => Pick<LiveQueries, 'rows' | 'kill'>
}

export function createServices({ version, settings, live, ...options }: ServicesOptions): BrokerServices {
  const { userRows, ...users } = createUserServices(options.broker)
  const { topicRows, ...topics } = createTopicServices(options)
  return {
    ...users,
    ...topics,
    async systemRows(caller, table) {
      switch (table) {
        case 'users':
          return userRows()
        case 'topics':
        case 'topic_offsets':
          return await topicRows(caller, table)
        case 'live':
          return live().rows()
        case 'stats':
          return statRows({ version, users: userRows().length })
        case 'settings':
          return settingRows(settings)
        case 'cluster':
          return [clusterRow(version)]
        // Sessions are tokens, which nobody keeps.
        case 'sessions':
          return []
      }
    },
    killLiveQuery: async (_caller, id) => live().kill(id),
    async note() {},
  }
}
