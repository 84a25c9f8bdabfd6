/**
 * Statements about topics (contract: HTTP, 6.7). The broker keeps topics, groups and records; `sql.db` keeps which tables a topic is told of.
 *
 * - What the broker does is done when it answers, whatever becomes of the transaction around it.
 */
import { CONSUME_RECORDS_DEFAULT } from '@logbrook/kafka/limits'
import type { TopicRetention } from '../../language/statement.ts'
import type { ConsumedRecord, TopicFound } from '../../services.ts'
import { SqlError } from '../../sql-error.ts'
import { createRowFilter } from '../../topics/row-filter.ts'
import { note } from '../audit.ts'
import { noteJob } from '../jobs.ts'
import { requireTable } from '../touched-tables.ts'
import { messageResult, rowsResult } from '../result.ts'
import type { ResultField } from '../result.ts'
import type { Handlers, Run } from '../run.ts'

type TopicStatements =
  | 'create-topic'
  | 'drop-topic'
  | 'clear-topic'
  | 'add-source'
  | 'set-topic-retention'
  | 'clear-topic-retention'
  | 'reset-group'
  | 'consume'
  | 'ack'

const CONSUMED_FIELDS: readonly ResultField[] = [
  { name: 'topic_id', dataType: 'Text' },
  { name: 'partition_id', dataType: 'Int' },
  { name: 'offset', dataType: 'BigInt' },
  { name: 'key', dataType: 'Text' },
  { name: 'payload', dataType: 'Bytes' },
  { name: 'timestamp_ms', dataType: 'BigInt' },
  { name: 'user_id', dataType: 'Text' },
  { name: 'op', dataType: 'Text' },
]
const GROUP_FIELDS: readonly ResultField[] = [
  { name: 'topic', dataType: 'Text' },
  { name: 'group_id', dataType: 'Text' },
  { name: 'partition', dataType: 'Int' },
]

export const topicHandlers: Handlers<TopicStatements> = {
  async 'create-topic'({ topic, partitions, ifNotExists, retention }, run) {
    assertNamespace(topic, run)
    assertRetention(retention)
    if (partitions === 0) throw invalidOperation('Topic partitions must be greater than 0')
    if ((await run.services.topic(topic)) !== null) {
      if (ifNotExists) return messageResult(run, `Topic '${topic}' already exists`)
      throw new SqlError('SQL_EXECUTION_ERROR', 'already-exists', `Already exists: Topic '${topic}' already exists`)
    }
    const created = await run.services.createTopic(run.caller, { topic, partitions: partitions ?? 1, retention })
    note(run, { action: 'CREATE_TOPIC', target: topic })
    return messageResult(run, `Created topic '${topic}' with ${created.partitions} partition(s)`)
  },

  async 'drop-topic'({ topic, ifExists }, run) {
    const found = await run.services.topic(topic)
    if (found === null && ifExists) return messageResult(run, `Topic '${topic}' does not exist (skipped)`)
    if (found === null) throw noTopic(topic)
    await run.services.dropTopic(run.caller, topic)
    run.catalog.removeSources(found.id)
    run.effects.catalogChanged = true
    note(run, { action: 'DROP_TOPIC', target: topic })
    return messageResult(run, `Dropped topic '${topic}'. Cleanup job: ${noteCleanup(topic, 'dropped', run)}`)
  },

  async 'clear-topic'({ topic }, run) {
    await run.services.clearTopic(run.caller, topic)
    note(run, { action: 'CLEAR_TOPIC', target: topic })
    return messageResult(run, `Cleared topic '${topic}'. Cleanup job: ${noteCleanup(topic, 'cleared', run)}`)
  },

  async 'add-source'({ topic: name, table: tableName, operation, filter, payload }, run) {
    const topic = await existing(name, run)
    const table = requireTable({ catalog: run.catalog, namespace: namespaceOf(name) ?? run.namespace }, tableName)
    const qualified = `${table.namespace}.${table.name}`
    const sources = run.catalog.sources()
    if (sources.some((source) => source.topicId === topic.id && source.tableId === table.id && source.operation === operation)) {
      const message = `Already exists: Topic '${name}' has a source ${qualified} ON ${operation.toUpperCase()}`
      throw new SqlError('SQL_EXECUTION_ERROR', 'already-exists', message)
    }
    if (filter !== null) createRowFilter(filter, table, run)
    run.catalog.addSource({ topicId: topic.id, topicName: name, tableId: table.id, operation, payload, filter })
    run.effects.catalogChanged = true
    note(run, { action: 'ALTER_TOPIC', target: name, details: { source: qualified, operation } })
    return messageResult(run, `Added source ${qualified} ON ${operation.toUpperCase()} to topic '${name}'`)
  },

  async 'set-topic-retention'({ topic, retention }, run) {
    assertRetention(retention)
    await run.services.setTopicRetention(run.caller, topic, retention)
    note(run, { action: 'ALTER_TOPIC', target: topic, details: { ...retention } })
    return messageResult(run, `Updated retention of topic '${topic}'`)
  },

  async 'clear-topic-retention'({ topic }, run) {
    await run.services.setTopicRetention(run.caller, topic, { retentionSeconds: null, retentionMaxBytes: null })
    note(run, { action: 'ALTER_TOPIC', target: topic, details: { retentionSeconds: null, retentionMaxBytes: null } })
    return messageResult(run, `Cleared retention of topic '${topic}'`)
  },

  async 'reset-group'({ group, topic, partition, offset }, run) {
    await run.services.resetGroup(run.caller, { group, topic, partition, offset })
    const fields = [...GROUP_FIELDS, { name: 'next_offset', dataType: 'BigInt' }] as const
    return rowsResult(run, fields, [[topic, group, partition ?? 0, String(offset)]])
  },

  async consume({ topic, group, start, limit }, run) {
    const records = await run.services.consume(run.caller, { topic, group, start, limit: limit ?? CONSUME_RECORDS_DEFAULT })
    return rowsResult(
      run,
      CONSUMED_FIELDS,
      records.map((record) => consumedRow(topic, record)),
    )
  },

  async ack({ topic, group, partition, uptoOffset }, run) {
    await run.services.acknowledge(run.caller, { topic, group, partition, uptoOffset })
    const fields = [...GROUP_FIELDS, { name: 'committed_offset', dataType: 'BigInt' }] as const
    return rowsResult(run, fields, [[topic, group, partition, String(uptoOffset)]])
  },
}

function consumedRow(topic: string, { partition, offset, key, value, timestampMs, user, operation }: ConsumedRecord) {
  const payload = Buffer.from(value ?? []).toString('base64')
  return [topic, partition, String(offset), key, payload, String(timestampMs), user, operation]
}

/** Of a name `namespace.topic`. */
function namespaceOf(topic: string): string | null {
  const dot = topic.indexOf('.')
  return dot <= 0 || dot === topic.length - 1 ? null : topic.slice(0, dot).toLowerCase()
}

function assertNamespace(topic: string, { catalog }: Run): void {
  const namespace = namespaceOf(topic)
  if (namespace === null) throw invalidOperation('Topic name must be namespace-qualified: <namespace>.<topic>')
  if (catalog.namespace(namespace) === undefined) {
    throw new SqlError('SQL_EXECUTION_ERROR', 'not-found', `Not found: Namespace '${namespace}' does not exist`)
  }
}

function assertRetention({ retentionSeconds, retentionMaxBytes }: TopicRetention): void {
  if (retentionSeconds === 0) throw invalidOperation('retention_seconds must be greater than 0 or NULL')
  if (retentionMaxBytes === 0) throw invalidOperation('retention_max_bytes must be greater than 0 or NULL')
}

async function existing(topic: string, { services }: Run): Promise<TopicFound> {
  const found = await services.topic(topic)
  if (found === null) throw noTopic(topic)
  return found
}

/** What it cleans up is gone already: the job is there for those who look for it. */
function noteCleanup(topic: string, done: 'dropped' | 'cleared', run: Run): string {
  return noteJob(run, { type: 'topic_cleanup', parameters: { topic_id: topic }, message: `Topic '${topic}' was ${done}` })
}

function noTopic(topic: string): SqlError {
  return new SqlError('SQL_EXECUTION_ERROR', 'not-found', `Not found: Topic '${topic}' does not exist`)
}

function invalidOperation(message: string): SqlError {
  return new SqlError('SQL_EXECUTION_ERROR', 'invalid-operation', `Invalid operation: ${message}`)
}
