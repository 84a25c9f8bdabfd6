/** The broker's side of what engines ask for: each part of it answers for its own, and so do topics/ and live/. */
import type { BrokerServices } from '../services.ts'
import { createTopicServices } from '../topics/services.ts'
import type { TopicServices, TopicServicesOptions } from '../topics/services.ts'
import { createUserServices } from './user-services.ts'

export function createServices(options: TopicServicesOptions): BrokerServices {
  const { userRows, ...users } = createUserServices(options.broker)
  let topics: TopicServices | undefined
  const byName = new Proxy({} as TopicServices, {
    get: (_, name) => Reflect.get((topics ??= createTopicServices(options)), name) as unknown,
  })
  return new Proxy(
    {
      ...users,
      async systemRows(_caller, table) {
        if (table === 'users') return userRows()
        if (table === 'topics' || table === 'topic_offsets') return await byName.topicRows(table)
        return []
      },
      killLiveQuery: async () => false,
      async note() {},
    } as BrokerServices,
    { get: (own, name) => (Reflect.has(own, name) ? Reflect.get(own, name) : Reflect.get(byName, name)) as unknown },
  )
}
