/**
 * The catalogue: everything that is kept, in one SQLite file.
 *
 * | table             | key                     | a row is                                    | lives until                       | written by                |
 * |-------------------|-------------------------|---------------------------------------------|-----------------------------------|---------------------------|
 * | topic             | id                      | a topic and the settings that were made     | the topic is deleted              | topics.ts                 |
 * | partition         | slot                    | where a partition's rows lie and begin      | its topic is deleted              | topics.ts, trim.ts        |
 * | batch             | slot, base offset       | records at contiguous offsets: row-id.ts    | trimmed, expired or topic deleted | writer.ts                 |
 * | sweep             | slot                    | rows that nobody can read any more          | the last of them is deleted       | trim.ts, topics.ts        |
 * | user              | name                    | a user and the SCRAM keys of their password | deleted                           | users.ts                  |
 * | acl_binding       | all columns             | a permission                                | deleted                           | acls.ts                   |
 * | group_offset      | topic, partition, group | where a consumer group reads on             | deleted, or its topic is          | group-offsets.ts, trim.ts |
 * | producer_position | topic, partition        | how far the relay of SQL's changes has come | its topic is deleted              | writer.ts                 |
 *
 * - No row says where a partition ends: its last batch does, or `log_start_offset` where that lies further on. So the hot
 *   path writes batches and nothing else, and a trim that takes the last batch has written the end down by doing so.
 * - A slot is free when neither `partition` nor `sweep` names it.
 * - `application_id` and `user_version` (how many steps of `MIGRATIONS` were taken) tell a file of ours from all others.
 *
 * A step, once released, is never changed: a new version is a new step at the end.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import type { Database } from './database.ts'

/** "Logb" in ASCII, as `file` prints it. */
export const APPLICATION_ID = 0x4c_6f_67_62

const LOG = `
CREATE TABLE topic (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,       -- case-sensitive, as Kafka's
  config      TEXT NOT NULL,              -- JSON of the keys that were set
  created_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE partition (
  slot              INTEGER PRIMARY KEY,  -- 1 … 8,191
  topic_id          TEXT NOT NULL REFERENCES topic (id),
  partition         INTEGER NOT NULL,
  log_start_offset  INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic_id, partition)
) STRICT;

CREATE TABLE batch (
  id             INTEGER PRIMARY KEY,     -- slot and base offset: row-id.ts
  timestamp      INTEGER NOT NULL,        -- the latest of its records, epoch ms
  timestamp_lag  INTEGER NOT NULL,        -- how far that lies behind the latest of the partition so far; 0 but for clocks set back
  count          INTEGER NOT NULL,        -- records; the index begins with the same number
  format         INTEGER NOT NULL,        -- of the body: batch-row.ts
  checksum       INTEGER NOT NULL,        -- CRC-32 over all other columns, or all but a body in blocks: batch-row.ts
  record_index   BLOB NOT NULL,           -- where the records lie, and how to check it by blocks: record-index.ts, block-checksums.ts
  body           BLOB NOT NULL
) STRICT;

CREATE TABLE sweep (
  slot          INTEGER PRIMARY KEY,
  until_offset  INTEGER NOT NULL          -- batches below are to be deleted
) STRICT;
`

const ACCESS = `
CREATE TABLE user (
  name        TEXT PRIMARY KEY,
  role        TEXT NOT NULL,
  created_ms  INTEGER NOT NULL,
  mechanism   TEXT,                       -- these five are null together: a user who passes no door
  iterations  INTEGER,
  salt        BLOB,
  stored_key  BLOB,
  server_key  BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE acl_binding (
  resource_type    TEXT NOT NULL,
  resource_name    TEXT NOT NULL,
  pattern_type     TEXT NOT NULL,
  principal        TEXT NOT NULL,
  host             TEXT NOT NULL,
  operation        TEXT NOT NULL,
  permission_type  TEXT NOT NULL,
  PRIMARY KEY (resource_type, resource_name, pattern_type, principal, host, operation, permission_type)
) STRICT, WITHOUT ROWID;
`

const GROUPS = `
CREATE TABLE group_offset (
  topic_id         TEXT NOT NULL REFERENCES topic (id) ON UPDATE CASCADE ON DELETE CASCADE,
  partition        INTEGER NOT NULL,      -- need not exist: whoever commits is believed
  group_id         TEXT NOT NULL,
  next_offset      INTEGER NOT NULL,      -- the next one to be read
  skipped_records  INTEGER NOT NULL DEFAULT 0, -- deleted before the group had committed them
  updated_ms       INTEGER NOT NULL,
  PRIMARY KEY (topic_id, partition, group_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX group_offset_by_group ON group_offset (group_id);
`

const ACCOUNTS = `
ALTER TABLE user ADD COLUMN email TEXT;
ALTER TABLE user ADD COLUMN updated_ms INTEGER;  -- null: not since created_ms
`

const PRODUCERS = `
CREATE TABLE producer_position (
  topic_id   TEXT NOT NULL REFERENCES topic (id) ON UPDATE CASCADE ON DELETE CASCADE,
  partition  INTEGER NOT NULL,
  position   INTEGER NOT NULL,            -- of the last record that is there, in its producer's own count
  PRIMARY KEY (topic_id, partition)
) STRICT, WITHOUT ROWID;
`

/** Step N takes a file from version N − 1 to N. */
export const MIGRATIONS: readonly string[] = [LOG, ACCESS, GROUPS, ACCOUNTS, PRODUCERS]

export const SCHEMA_VERSION = MIGRATIONS.length

/**
 * @throws KafkaError KAFKA_STORAGE_ERROR for a file of another program, or of a newer Logbrook
 */
export function assertSchema(database: Database, file: string): void {
  const applicationId = database.pragma('application_id', { simple: true })
  const version = database.pragma('user_version', { simple: true }) as number
  const tables = database.prepare<[], { count: number }>('SELECT count(*) AS count FROM sqlite_schema').get()?.count ?? 0
  if (applicationId !== APPLICATION_ID && !(applicationId === 0 && version === 0 && tables === 0)) {
    throw new KafkaError('KAFKA_STORAGE_ERROR', `${file} is an SQLite database of another program`)
  }
  if (version > SCHEMA_VERSION) {
    throw new KafkaError(
      'KAFKA_STORAGE_ERROR',
      `${file} was written by a newer Logbrook: its schema version is ${version}; this one knows versions up to ${SCHEMA_VERSION}. ` +
        'Start the newer one again, or restore a backup from before the upgrade',
    )
  }
}

/** Takes the missing steps, all or none. Needs `assertSchema` to have passed. */
export function migrate(database: Database): void {
  database
    .transaction(() => {
      const version = database.pragma('user_version', { simple: true }) as number
      if (version === SCHEMA_VERSION) return
      for (const step of MIGRATIONS.slice(version)) database.exec(step)
      database.pragma(`application_id = ${APPLICATION_ID}`)
      database.pragma(`user_version = ${SCHEMA_VERSION}`)
    })
    .immediate()
}
