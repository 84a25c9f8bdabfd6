/**
 * `logbrook check`: reads everything that is kept and says what is wrong with it, also beside a running broker.
 *
 * - It opens the file through SQLite, for reading only; it repairs nothing.
 * - A partition is read in one transaction, so that appends and retention meanwhile are not taken for damage.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import { OFFSETS_PER_PARTITION_MAX } from '@logbrook/kafka/limits'
import type { BatchRow } from './batch-row.ts'
import { BATCH_COLUMNS, openRow } from './batch-row.ts'
import type { Database } from './database.ts'
import { openReadOnly, storageError } from './database.ts'
import { createRowLookup, rowIdRange } from './partitions.ts'
import { baseOffsetOf } from './row-id.ts'
import { integrityProblems } from './quick-check.ts'

/** `null` where the damage is not in one topic, one partition or one batch. */
export interface Finding {
  readonly topic: string | null
  readonly partition: number | null
  readonly baseOffset: number | null
  readonly problem: string
}

interface PartitionRow {
  readonly slot: number
  readonly topic: string
  readonly partition: number
  readonly log_start_offset: number
}

/**
 * Nothing yielded means that nothing is wrong.
 *
 * @throws KafkaError KAFKA_STORAGE_ERROR when there is no such file, or none of ours that this version can read
 */
export function* checkStorage(dataDir: string): Generator<Finding> {
  const database = openReadOnly(dataDir)
  try {
    yield* untilUnreadable({}, checkIntegrity(database))
    yield* untilUnreadable({}, checkPartitions(database))
    yield* untilUnreadable({}, strayRows(database))
    yield* untilUnreadable({}, strayOffsets(database))
  } finally {
    database.close()
  }
}

/** What cannot be read at all is a finding as well, and the rest is looked at all the same. */
function* untilUnreadable(where: Partial<Finding>, findings: Generator<Finding>): Generator<Finding> {
  try {
    yield* findings
  } catch (error) {
    const failure = storageError('it cannot be read on', error)
    if (!(failure instanceof KafkaError)) throw error
    yield finding({ ...where, problem: failure.message })
  }
}

function finding(found: Partial<Finding> & Pick<Finding, 'problem'>): Finding {
  return { topic: null, partition: null, baseOffset: null, ...found }
}

function* checkIntegrity(database: Database): Generator<Finding> {
  for (const problem of problemsOf(database)) yield finding({ problem: `SQLite: ${problem}` })
}

/** SQLite's own opinion of its pages, indexes and constraints. */
export function problemsOf(database: Database): readonly string[] {
  const rows = database.prepare<[], { integrity_check: string }>('PRAGMA integrity_check').all()
  return rows.flatMap(({ integrity_check: row }) => integrityProblems(row))
}

function* checkPartitions(database: Database): Generator<Finding> {
  const partitions = database
    .prepare<[], PartitionRow>(
      `SELECT slot, topic.name AS topic, partition, log_start_offset FROM partition JOIN topic ON topic.id = topic_id ORDER BY name, partition`,
    )
    .all()
  for (const row of partitions) {
    yield* untilUnreadable({ topic: row.topic, partition: row.partition }, checkPartition(database, row))
  }
}

function* checkPartition(database: Database, { slot, topic, partition }: PartitionRow): Generator<Finding> {
  const selectStart = database.prepare<[number], { log_start_offset: number }>('SELECT log_start_offset FROM partition WHERE slot = ?')
  const selectRows = database.prepare<[number, number], BatchRow>(`SELECT ${BATCH_COLUMNS} FROM batch WHERE id >= ? AND id < ? ORDER BY id`)
  const rowAt = createRowLookup(database)
  database.exec('BEGIN')
  try {
    const logStartOffset = selectStart.get(slot)?.log_start_offset
    // The topic was deleted since.
    if (logStartOffset === undefined) return
    // Rows wholly below the log start are on their way out, and may have gaps where they went.
    const { first, end } = rowIdRange({ slot })
    let expected: number | undefined
    for (const row of selectRows.iterate(rowAt({ slot }, logStartOffset) ?? first, end)) {
      const baseOffset = baseOffsetOf(row.id)
      const opened = openRow(row)
      if ('problem' in opened) yield { topic, partition, baseOffset, problem: opened.problem }
      const gap = gapBefore(baseOffset, expected ?? logStartOffset, expected === undefined)
      if (gap !== undefined) yield { topic, partition, baseOffset, problem: gap }
      expected = baseOffset + row.count
    }
  } finally {
    // Damage may have ended it already.
    if (database.inTransaction) database.exec('COMMIT')
  }
}

function gapBefore(baseOffset: number, expected: number, isFirst: boolean): string | undefined {
  if (baseOffset === expected || (isFirst && baseOffset < expected)) return undefined
  const missing = baseOffset > expected
  return missing
    ? `offsets ${expected} to ${baseOffset - 1} are missing before it`
    : `it begins before offset ${expected}, where the one before ends`
}

/** Rows that belong to no partition and that nobody is going to sweep. */
function* strayRows(database: Database): Generator<Finding> {
  const rows = database
    .prepare<[], { slot: number; count: number }>(
      `SELECT id / ${OFFSETS_PER_PARTITION_MAX} AS slot, count(*) AS count FROM batch
       GROUP BY slot HAVING slot NOT IN (SELECT slot FROM partition UNION SELECT slot FROM sweep)`,
    )
    .all()
  for (const { slot, count } of rows) yield finding({ problem: `${count} batches lie in slot ${slot}, which no partition has` })
}

/** Committed offsets of topics that there are not. */
function* strayOffsets(database: Database): Generator<Finding> {
  // A file of an older version, at which no broker has been yet, has none.
  if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'group_offset'").get() === undefined) return
  const groups = database
    .prepare<[], { groupId: string }>('SELECT DISTINCT group_id AS groupId FROM group_offset WHERE topic_id NOT IN (SELECT id FROM topic)')
    .all()
  for (const { groupId } of groups) yield finding({ problem: `group ${groupId} has a committed offset in a topic that there is not` })
}
