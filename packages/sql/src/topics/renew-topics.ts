/** The engine's request `renew-topics`. */
import type { DatabaseSync } from 'node:sqlite'
import type { Catalog } from '../catalog/catalog.ts'
import { run } from '../catalog/query.ts'
import type { TopicFound } from '../services.ts'

/** Sources and records that wait for a topic are of the topic that has its name now; there are none of one that is not there. */
export function renewTopics(database: DatabaseSync, catalog: Catalog, topics: readonly Pick<TopicFound, 'id' | 'name'>[]): void {
  const idsByName = new Map(topics.map(({ id, name }) => [name, id]))
  const sources = catalog.sources()
  for (const { topicId, topicName } of sources) {
    const renewed = idsByName.get(topicName)
    catalog.removeSources(topicId)
    if (renewed !== undefined) run(database, 'UPDATE outbox SET topic_id = :renewed WHERE topic_id = :topicId', { renewed, topicId })
  }
  for (const source of sources) {
    const topicId = idsByName.get(source.topicName)
    if (topicId !== undefined) catalog.addSource({ ...source, topicId })
  }
}
