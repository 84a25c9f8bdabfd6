/** A topic, as a query reads it. */
import type { DatabaseSync } from 'node:sqlite'
import type { Relation } from '../compile/relation.ts'
import type { TopicRecords } from '../services.ts'

/** To be called once for each connection that queries run on, before there is an authorizer. `logFile` is read on a connection of its own. */
export function openTopicRows(database: DatabaseSync, logFile: string | null): { close(): void } {
  void database
  void logFile
  return { close: () => undefined }
}

/** `records` as `BrokerServices.topicRecords` answers them for the bounds of the query. */
export function topicRelation(records: TopicRecords): Relation {
  throw new Error(`not yet: ${records.kind}`)
}
