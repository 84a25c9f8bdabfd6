/** Live queries as SQL knows them, jobs, and storages, which are names (Q44, Q45). */
import type { ConformanceCase } from '../case.ts'
import { Rule } from '../match.ts'
import { cells, denied, DONE, fails, faulty, inserted, invalid, refused, rows, rowsThat, sqlCase, told } from '../statements.ts'
import type { Line } from '../statements.ts'

const SUBSCRIBED = 'status Text, ws_url Text, subscription Json, message Text'

/** JSON of an id and of SQL that holds a text. */
function subscription(text: string): Rule {
  return new Rule(`a subscription to ${text}`, (cell) => {
    const { id, sql } = JSON.parse(String(cell)) as { id?: unknown; sql?: unknown }
    return typeof id === 'string' && id !== '' && typeof sql === 'string' && sql.includes(text)
  })
}

const WEBSOCKET = /^wss?:\/\/.+\/v1\/ws$/

const live: readonly ConformanceCase[] = [
  sqlCase({
    name: 'SUBSCRIBE TO answers where to subscribe, and to what',
    proves: ['Q44'],
    first: ['CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY, name TEXT)'],
    lines: [
      ['user', 'SUBSCRIBE TO $NS.t', rows(SUBSCRIBED, [['active', WEBSOCKET, subscription('.t'), /./]])],
      ['user', 'SUBSCRIBE TO $NS.t WHERE id > 7', rows(SUBSCRIBED, [['active', WEBSOCKET, subscription('id > 7'), /./]])],
      [
        'user',
        "SUBSCRIBE TO SELECT id FROM $NS.t WHERE name = 'a'",
        rows(SUBSCRIBED, [['active', WEBSOCKET, subscription("name = 'a'"), /./]]),
      ],
      ...['last_rows=10', 'batch_size=5, last_rows = 5', 'from=0', 'from_seq_id=42', 'LAST_ROWS=1'].map((options): Line => [
        'user',
        `SUBSCRIBE TO $NS.t OPTIONS (${options})`,
        rows(SUBSCRIBED, [['active', WEBSOCKET, subscription('.t'), /./]]),
      ]),
      [
        'dba',
        "EXECUTE AS '$USER' (SUBSCRIBE TO $NS.t)",
        rows(SUBSCRIBED, [['active', WEBSOCKET, subscription('.t'), /./]], { asUser: '$USER' }),
      ],
      ['dba', 'SUBSCRIBE TO system.jobs', rows(SUBSCRIBED, [['active', WEBSOCKET, subscription('system.jobs'), /./]])],
    ],
  }),
  sqlCase({
    name: 'SUBSCRIBE TO is refused for what is no live query, and to whom may not read',
    proves: ['Q44', 'Q40'],
    first: ['CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY)', 'CREATE SHARED TABLE $NS.private (id BIGINT PRIMARY KEY)'],
    lines: [
      ['dba', 'SUBSCRIBE TO $NS.t OPTIONS (speed=3)', faulty()],
      ['dba', 'SUBSCRIBE TO $NS.nowhere', faulty()],
      ['dba', 'SUBSCRIBE TO SELECT * FROM $NS.t ORDER BY id', faulty()],
      ['dba', 'SUBSCRIBE TO SELECT * FROM $NS.t LIMIT 1', faulty()],
      ['dba', 'SUBSCRIBE TO', invalid()],
      ['user', 'SUBSCRIBE TO $NS.private', denied()],
      ['user', 'SUBSCRIBE TO system.users', denied()],
    ],
  }),
  sqlCase({
    name: 'what is killed has to be there',
    proves: ['Q44'],
    lines: [
      ['dba', "KILL LIVE QUERY 'no-such-query'", fails(/^Statement 1 failed: Not found: .*no-such-query/)],
      ['dba', "KILL JOB 'no-such-job'", fails(/no-such-job/)],
      ['dba', 'KILL', invalid()],
    ],
  }),
  sqlCase({
    name: 'a job that is done is known to KILL JOB',
    proves: ['Q44'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY)'],
    play: async ({ says }) => {
      const { body } = await says('dba', 'DROP TABLE $NS.t', DONE)
      const job = /Cleanup job: ([^"\s]+)"/.exec(body.toString())?.[1] ?? ''
      await says('dba', `KILL JOB '${job}'`, told(`Job ${job} killed: completed`))
    },
  }),
]

const storages: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a storage is made, altered, borne by a table, and dropped',
    proves: ['Q45', 'Q21'],
    lines: [
      [
        'dba',
        "CREATE STORAGE $STORE TYPE 'filesystem' NAME 'Files' DESCRIPTION 'x' BASE_DIRECTORY '/data'",
        told("Storage '$STORE' created successfully"),
      ],
      ['dba', "CREATE STORAGE $STORE TYPE 'filesystem'", fails(/^Statement 1 failed: Already exists: .*\$STORE/)],
      ['dba', "ALTER STORAGE $STORE SET NAME 'Others'", told("Storage '$STORE' altered successfully")],
      [
        'dba',
        "SELECT storage_name, storage_type, base_directory FROM system.storages WHERE storage_id = '$STORE'",
        cells(['Others', 'filesystem', '/data']),
      ],
      ['dba', "CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY) WITH (STORAGE_ID = '$STORE')", DONE],
      ['dba', "SELECT storage_id FROM system.tables WHERE namespace_id = '$NS'", cells(['$STORE'])],
      ['dba', 'STORAGE CHECK $STORE', rowsThat((found) => found.length === 1)],
      ['dba', 'STORAGE CHECK local EXTENDED', rowsThat((found) => found.length === 1)],
      ['dba', 'DROP TABLE $NS.t', DONE],
      ['dba', 'DROP STORAGE $STORE', told("Storage '$STORE' dropped successfully")],
      ['dba', 'DROP STORAGE $STORE', fails(/^Statement 1 failed: Not found: .*\$STORE/)],
      ['dba', "ALTER STORAGE $STORE NAME 'x'", fails(/Not found/)],
    ],
  }),
  sqlCase({
    name: 'everybody is shown storages, and their credentials only to administrators',
    proves: ['Q45', 'Q17'],
    lines: [
      ['dba', `CREATE STORAGE $STORE TYPE 's3' BUCKET 'b' REGION 'r' CREDENTIALS '{"key":"hidden-key"}'`, DONE],
      ...(['user', 'service', 'dba', 'system'] as const).map((speaker): Line => [
        speaker,
        'SHOW STORAGES',
        rowsThat(
          (found) =>
            found.some(
              (row) =>
                row['storage_id'] === 'local' &&
                row['storage_type'] === 'filesystem' &&
                typeof row['storage_name'] === 'string' &&
                'base_directory' in row &&
                row['created_at'] !== null &&
                row['updated_at'] !== null,
            ),
          'storage_id Text, storage_name Text, description Text, storage_type Text, base_directory Text, credentials Json, config_json Json, shared_tables_template Text, user_tables_template Text, created_at Timestamp, updated_at Timestamp',
        ),
      ]),
      [
        'user',
        'SHOW STORAGES',
        rowsThat((found, names) => found.some((row) => row['storage_id'] === names('$STORE') && row['credentials'] === '***')),
      ],
      ['user', 'SHOW STORAGES', rowsThat((found) => !JSON.stringify(found).includes('hidden-key'))],
      ['dba', 'DROP STORAGE $STORE', DONE],
    ],
  }),
  sqlCase({
    name: 'a flush has nothing to do, and says so, from service upwards',
    proves: ['Q45', 'Q17'],
    first: [
      'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY)',
      'CREATE USER TABLE $NS.u (id BIGINT PRIMARY KEY)',
      'INSERT INTO $NS.t (id) VALUES (1)',
    ],
    lines: [
      ...(['service', 'dba', 'system'] as const).flatMap((speaker): readonly Line[] => [
        [speaker, 'STORAGE FLUSH TABLE $NS.t', told("Storage flush skipped: no pending writes for table '$NS.t'")],
        [speaker, 'STORAGE FLUSH ALL IN $NS', told(/^Storage flush skipped: no pending writes/)],
        [speaker, 'STORAGE FLUSH ALL IN NAMESPACE $NS', told(/^Storage flush skipped: no pending writes/)],
      ]),
      ['user', 'STORAGE FLUSH TABLE $NS.t', denied()],
      ['user', 'STORAGE FLUSH ALL IN $NS', denied()],
      ['user', 'STORAGE COMPACT TABLE $NS.t', denied()],
      ['user', 'STORAGE COMPACT ALL IN $NS', denied()],
      ['dba', 'STORAGE FLUSH TABLE $NS.nowhere', fails(/nowhere/)],
      ['dba', 'SELECT id FROM $NS.t', cells(['1'])],
    ],
  }),
  sqlCase({
    name: 'a compaction is a job that is completed',
    proves: ['Q45', 'Q47'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY)', 'CREATE STREAM TABLE $NS.s (id BIGINT) WITH (TTL_SECONDS = 60)'],
    play: async ({ says }) => {
      const started = told(/^Storage compaction started for table '\$NS\.t'\. Job ID: \S+$/)
      const { body } = await says('service', 'STORAGE COMPACT TABLE $NS.t', started)
      const job = /Job ID: ([^"\s]+)"/.exec(body.toString())?.[1]
      await says(
        'dba',
        { sql: 'SELECT job_type, status FROM system.jobs WHERE job_id = $1', params: [job] },
        cells(['compact', 'completed']),
      )
      await says('dba', 'STORAGE COMPACT TABLE $NS.s', refused('SQL_EXECUTION_ERROR', /STREAM/))
      await says('dba', 'STORAGE COMPACT ALL IN $NS', DONE)
      await says('dba', 'DROP TABLE $NS.t', DONE)
      await says('dba', 'STORAGE COMPACT ALL IN $NS', told('No compactable tables found in namespace $NS'))
    },
  }),
  sqlCase({
    name: 'rows of a table are the same after a flush and a compaction',
    proves: ['Q45'],
    first: ['CREATE USER TABLE $NS.u (id BIGINT PRIMARY KEY)'],
    lines: [
      ['service', 'INSERT INTO $NS.u (id) VALUES (1), (2)', inserted(2)],
      ['service', 'STORAGE FLUSH TABLE $NS.u; STORAGE COMPACT TABLE $NS.u', DONE],
      ['service', 'SELECT id FROM $NS.u', cells(['1'], ['2'])],
    ],
  }),
]

export const SQL_STORAGE_CASES: readonly ConformanceCase[] = [...live, ...storages]
