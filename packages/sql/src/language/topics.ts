/** Topics, and what tables tell them. */
import type { ChangeOperation, PayloadMode } from '../catalog/table.ts'
import { readOptions, wordsBeforeTrailing } from './options.ts'
import type { StatementReader } from './reader.ts'
import type { Start, Statement, TopicRetention } from './statement.ts'

const OPERATIONS: readonly ChangeOperation[] = ['insert', 'update', 'delete']
const PAYLOADS: readonly PayloadMode[] = ['full', 'key', 'diff']

export function createTopic(reader: StatementReader): Statement {
  const ifNotExists = reader.takes('IF', 'NOT', 'EXISTS')
  const topic = readTopic(reader)
  const partitions = reader.takes('PARTITIONS') ? reader.wholeNumber('the number of partitions') : null
  return { kind: 'create-topic', topic, partitions, ifNotExists, retention: reader.takes('WITH') ? readRetention(reader) : {} }
}

export function dropTopic(reader: StatementReader): Statement {
  const ifExists = reader.takes('IF', 'EXISTS')
  return { kind: 'drop-topic', topic: readTopic(reader), ifExists }
}

export function clearTopic(reader: StatementReader): Statement {
  return { kind: 'clear-topic', topic: readTopic(reader) }
}

export function alterTopic(reader: StatementReader): Statement {
  const topic = readTopic(reader)
  if (reader.takes('CLEAR', 'RETENTION')) return { kind: 'clear-topic-retention', topic }
  if (reader.takes('SET', 'RETENTION')) {
    reader.expect('WITH')
    return { kind: 'set-topic-retention', topic, retention: readRetention(reader) }
  }
  reader.expect('ADD', 'SOURCE')
  return addSource(reader, topic)
}

/** `RESET CONSUMER GROUP 'g' ON t [PARTITION n] TO <next offset>` */
export function resetGroup(reader: StatementReader): Statement {
  const group = readGroup(reader)
  reader.expect('ON')
  const topic = readTopic(reader)
  const partition = reader.takes('PARTITION') ? reader.wholeNumber('the partition') : null
  reader.expect('TO')
  return { kind: 'reset-group', group, topic, partition, offset: reader.wholeNumber('the offset') }
}

export function consume(reader: StatementReader): Statement {
  const topic = readTopic(reader)
  const group = reader.takes('GROUP') ? readGroup(reader) : null
  const start = reader.takes('FROM') ? readStart(reader) : 'latest'
  return { kind: 'consume', topic, group, start, limit: reader.takes('LIMIT') ? reader.wholeNumber('LIMIT') : null }
}

export function acknowledge(reader: StatementReader): Statement {
  const topic = readTopic(reader)
  reader.expect('GROUP')
  const group = readGroup(reader)
  const partition = reader.takes('PARTITION') ? reader.wholeNumber('the partition') : 0
  reader.expect('UPTO', 'OFFSET')
  return { kind: 'ack', topic, group, partition, uptoOffset: reader.wholeNumber('the offset') }
}

function addSource(reader: StatementReader, topic: string): Statement {
  const table = reader.tableName()
  reader.expect('ON')
  const operation = OPERATIONS.find((known) => reader.takes(known.toUpperCase()))
  if (operation === undefined) reader.refuse('a source is ON INSERT, UPDATE or DELETE')
  const filter = reader.takes('WHERE') ? reader.text('a condition', wordsBeforeTrailing(reader, 'WITH')) : null
  return { kind: 'add-source', topic, table, operation, filter, payload: reader.takes('WITH') ? readPayload(reader) : 'full' }
}

/** As it was written, also where its parts are quoted one by one: topics differ by the case of their letters. */
function readTopic(reader: StatementReader): string {
  const parts = [reader.nameAsWritten('a topic')]
  while (reader.takesSymbol('.')) parts.push(reader.nameAsWritten('a topic'))
  return parts.join('.')
}

function readGroup(reader: StatementReader): string {
  return reader.nameOrString('a consumer group')
}

function readStart(reader: StatementReader): Start {
  if (reader.takes('LATEST')) return 'latest'
  return reader.takes('EARLIEST') ? 'earliest' : reader.wholeNumber('FROM')
}

function readPayload(reader: StatementReader): PayloadMode {
  const options = readOptions(reader)
  const written = options.get('PAYLOAD')?.toLowerCase()
  if (written === undefined || options.size > 1) reader.refuse('a source has payload to be set and nothing else')
  return PAYLOADS.find((known) => known === written) ?? reader.refuse(`payload is none of ${PAYLOADS.join(', ')}`)
}

function readRetention(reader: StatementReader): TopicRetention {
  const retention: { retentionSeconds?: number | null; retentionMaxBytes?: number | null } = {}
  for (const [name, value] of readOptions(reader)) {
    const limit = readLimit(reader, name, value)
    if (name === 'RETENTION_SECONDS') retention.retentionSeconds = limit
    else if (name === 'RETENTION_MAX_BYTES') retention.retentionMaxBytes = limit
    else reader.refuse(`'${name}' is none of retention_seconds and retention_max_bytes`)
  }
  return retention
}

function readLimit(reader: StatementReader, name: string, value: string): number | null {
  if (value.toUpperCase() === 'NULL') return null
  const limit = Number(value)
  return /^\d+$/.test(value) && Number.isSafeInteger(limit) ? limit : reader.refuse(`${name.toLowerCase()} must be a whole number or NULL`)
}
