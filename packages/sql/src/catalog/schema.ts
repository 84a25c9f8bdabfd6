/**
 * The catalogue of `sql.db`: everything that SQL keeps, in one SQLite file beside the log's.
 *
 * | table         | key                     | a row is                                              | lives until                       | written by             |
 * |---------------|-------------------------|-------------------------------------------------------|-----------------------------------|------------------------|
 * | namespace     | name                    | a room for tables                                     | dropped                           | catalog/               |
 * | table_        | id                      | a table as it is now                                  | dropped                           | catalog/               |
 * | table_version | table, version          | a table as it was made, and after each change         | the table is dropped              | catalog/               |
 * | source        | topic, table, operation | a topic that is told of a table's changes             | its topic or table is dropped     | catalog/               |
 * | t<id>         | rid                     | a row of the user's table <id>; its columns are c<id> | deleted, then replaced or swept   | engine/table-rows.ts   |
 * | file          | id                      | a stored file that cells of a table hold              | no cell holds it                  | engine/files.ts        |
 * | outbox        | id                      | a record for a topic, not yet known to be in the log  | it is in the log                  | topics/outbox.ts       |
 * | storage       | id                      | what is said of a storage: nothing is kept there      | dropped                           | statements/storages.ts |
 * | job           | number                  | what a statement started, and finished                | `SQL_JOBS_MAX` came after it      | engine/jobs.ts         |
 * | audit         | number                  | who changed users, tables and the like                | `AUDIT_ENTRIES_MAX` came after it | engine/audit.ts        |
 * | oauth_user    | name                    | what is known of a user whom somebody else knows      | dropped                           | statements/users.ts    |
 * | dropped_user  | name                    | a user who was: nobody else gets the name             | the file is gone                  | statements/users.ts    |
 * | counter       | name                    | the last number given out                             | what it counts is dropped         | catalog/counter.ts     |
 *
 * A table of users, `t<id>`, has the columns `rid`, `owner` ('' in shared tables), `seq` (`_seq`), `deleted` (1: the row is gone, and this is what it
 * was last), `written_ms`, and one for each column of its own. (`owner`, primary key) is unique.
 *
 * - The row of `counter` named `catalog` is no count: it is another number after each change of the catalogue, and so says whether what somebody
 *   remembers of it still holds, across processes and after a rollback.
 * - `application_id` and `user_version` (how many steps of `MIGRATIONS` were taken) tell a file of ours from all others.
 *
 * A step, once released, is never changed: a new version is a new step at the end.
 */
import type { DatabaseSync } from 'node:sqlite'
import { KafkaError } from '@logbrook/kafka/errors'
import { queryOne } from './query.ts'

/** "LogS" in ASCII. */
export const APPLICATION_ID = 0x4c_6f_67_53

const TABLES = `
CREATE TABLE namespace (
  name        TEXT PRIMARY KEY,           -- in lower case, as all names here
  created_ms  INTEGER,                    -- null: it was there from the beginning
  options     TEXT NOT NULL               -- JSON
) STRICT, WITHOUT ROWID;
INSERT INTO namespace VALUES ('default', NULL, '{}');

CREATE TABLE table_ (
  id              INTEGER PRIMARY KEY,    -- never given twice
  namespace       TEXT NOT NULL REFERENCES namespace (name),
  name            TEXT NOT NULL,
  next_column_id  INTEGER NOT NULL,
  data            TEXT NOT NULL,          -- JSON of a Table (table.ts)
  UNIQUE (namespace, name)
) STRICT;

CREATE TABLE table_version (
  table_id  INTEGER NOT NULL,
  version   INTEGER NOT NULL,
  data      TEXT NOT NULL,                -- JSON of a Table
  PRIMARY KEY (table_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE source (
  topic_id    TEXT NOT NULL,
  table_id    INTEGER NOT NULL,
  operation   TEXT NOT NULL,
  topic_name  TEXT NOT NULL,
  payload     TEXT NOT NULL,
  filter      TEXT,
  PRIMARY KEY (topic_id, table_id, operation)
) STRICT, WITHOUT ROWID;

CREATE TABLE file (
  id        INTEGER PRIMARY KEY,
  table_id  INTEGER NOT NULL,
  owner     TEXT NOT NULL,
  path      TEXT NOT NULL,                -- <subfolder>/<stored name>
  name      TEXT NOT NULL,                -- as it came
  size      INTEGER NOT NULL,
  mime      TEXT NOT NULL,
  sha256    TEXT NOT NULL,
  uses      INTEGER NOT NULL              -- how many cells hold it
) STRICT;
CREATE INDEX file_unused ON file (id) WHERE uses = 0;

CREATE TABLE outbox (
  id            INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: the log keeps the last one that it has
  topic_id      TEXT NOT NULL,
  partition     INTEGER NOT NULL,
  key           TEXT,
  value         BLOB NOT NULL,
  operation     TEXT NOT NULL,
  user          TEXT NOT NULL,
  timestamp_ms  INTEGER NOT NULL
) STRICT;

CREATE TABLE storage (
  id          TEXT PRIMARY KEY,
  type        TEXT NOT NULL,
  options     TEXT NOT NULL,              -- JSON
  created_ms  INTEGER NOT NULL,
  updated_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
  number       INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  type         TEXT NOT NULL,
  parameters   TEXT NOT NULL,             -- JSON
  message      TEXT NOT NULL,
  created_ms   INTEGER NOT NULL,
  finished_ms  INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
  number        INTEGER PRIMARY KEY,
  timestamp_ms  INTEGER NOT NULL,
  actor         TEXT NOT NULL,
  action        TEXT NOT NULL,
  target        TEXT NOT NULL,
  details       TEXT,                     -- JSON
  host          TEXT NOT NULL,
  subject       TEXT                      -- the user whom the action was about, or as whom it was done
) STRICT;

CREATE TABLE oauth_user (
  name  TEXT PRIMARY KEY,
  data  TEXT                              -- JSON, as it was given
) STRICT, WITHOUT ROWID;

CREATE TABLE dropped_user (
  name        TEXT PRIMARY KEY,
  data        TEXT NOT NULL,              -- JSON of the row that system.users had of them, but for secrets
  deleted_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counter (
  name   TEXT PRIMARY KEY,
  value  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('catalog', 0);
`

/** Step N takes a file from version N − 1 to N. */
const MIGRATIONS: readonly string[] = [TABLES]

export const SCHEMA_VERSION = MIGRATIONS.length

/**
 * `file` is what the text calls it.
 *
 * @throws KafkaError KAFKA_STORAGE_ERROR for a file of another program, or of a newer Logbrook
 */
export function assertSchema(database: DatabaseSync, file: string): void {
  const applicationId = pragma(database, 'application_id')
  const version = schemaVersion(database)
  const { count: tables } = queryOne(database, 'SELECT count(*) AS count FROM sqlite_schema') as { count: number }
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

/** Makes the tables of a new file, or takes an older one to this version, all or nothing. Needs `assertSchema` to have passed. */
export function createSchema(database: DatabaseSync): void {
  if (schemaVersion(database) === SCHEMA_VERSION) return
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const step of MIGRATIONS.slice(schemaVersion(database))) database.exec(step)
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
  } catch (cause) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw cause
  }
}

function schemaVersion(database: DatabaseSync): number {
  return pragma(database, 'user_version')
}

function pragma(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return (queryOne(database, `PRAGMA ${name}`) as Record<typeof name, number>)[name]
}
