/** Namespaces, and what only administrators may say (Q15 to Q17). */
import type { ConformanceCase } from '../case.ts'
import { cells, denied, DONE, fails, invalid, results, rowsThat, sqlCase, told } from '../statements.ts'
import type { Line } from '../statements.ts'

const made: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a namespace is made once, and again only IF NOT EXISTS',
    proves: ['Q15'],
    lines: [
      ['dba', 'CREATE NAMESPACE $NAMESPACE', told("Namespace '$NAMESPACE' created successfully")],
      ['dba', 'CREATE NAMESPACE $NAMESPACE', fails("Already exists: Namespace '$NAMESPACE' already exists")],
      ['system', 'create namespace if not exists "$NAMESPACE"', told("Namespace '$NAMESPACE' already exists")],
      ['dba', 'DROP NAMESPACE $NAMESPACE', told("Namespace '$NAMESPACE' dropped successfully")],
      ['dba', 'DROP NAMESPACE $NAMESPACE', fails("Not found: Namespace '$NAMESPACE' not found")],
      ['dba', 'DROP NAMESPACE IF EXISTS $NAMESPACE', told("Namespace '$NAMESPACE' does not exist")],
      ['system', 'CREATE NAMESPACE IF NOT EXISTS $NAMESPACE', told("Namespace '$NAMESPACE' created successfully")],
      ['system', 'DROP NAMESPACE IF EXISTS $NAMESPACE CASCADE', told("Namespace '$NAMESPACE' dropped successfully")],
    ],
  }),
  sqlCase({
    name: 'a namespace goes with its tables, with or without CASCADE, and a new one of its name is empty',
    proves: ['Q15'],
    lines: ['', ' CASCADE'].flatMap((cascade): readonly Line[] => [
      ['dba', 'CREATE NAMESPACE IF NOT EXISTS $NS', DONE],
      ['dba', 'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY); INSERT INTO $NS.t (id) VALUES (1)', DONE],
      ['dba', `DROP NAMESPACE $NS${cascade}`, told("Namespace '$NS' dropped successfully")],
      ['dba', 'SELECT * FROM $NS.t', fails(/\$NS.*t/)],
      ['dba', 'CREATE NAMESPACE $NS', DONE],
      ['dba', 'SELECT * FROM $NS.t', fails(/\$NS.*t/)],
      ['dba', 'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY)', DONE],
      ['dba', 'SELECT id FROM $NS.t', cells()],
      ['dba', 'DROP NAMESPACE $NS', DONE],
    ]),
  }),
  sqlCase({
    name: 'a namespace has options, and those that it has not are not there',
    proves: ['Q15'],
    lines: [
      ['dba', "ALTER NAMESPACE $NS SET OPTIONS (color = 'red', size = 3)", told("Namespace '$NS' altered successfully")],
      ['dba', "SELECT options FROM system.namespaces WHERE name = '$NS'", rowsThat(([row]) => /red/.test(String(row?.['options'])))],
      ['dba', 'ALTER NAMESPACE nowhere SET OPTIONS (a = 1)', fails(/^Statement 1 failed: Not found: Namespace 'nowhere'/)],
    ],
  }),
  sqlCase({
    name: 'everybody is shown namespaces',
    proves: ['Q15', 'Q17'],
    lines: [
      ['dba', 'ALTER NAMESPACE $NS SET OPTIONS (a = 1)', DONE],
      ...(['user', 'service', 'dba', 'system'] as const).map((speaker): Line => [
        speaker,
        'SHOW NAMESPACES',
        rowsThat(
          (found, names) =>
            ['default', names('$NS')].every((name) => found.some((row) => row['namespace_id'] === name && row['name'] === name)),
          'namespace_id Text, name Text, created_at Timestamp, options Json, table_count Int',
        ),
      ]),
    ],
  }),
  sqlCase({
    name: 'USE holds for the rest of a request, by all of its names',
    proves: ['Q16'],
    first: ["CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY) WITH (ACCESS_LEVEL = 'PUBLIC')", 'INSERT INTO $NS.t (id) VALUES (1)'],
    lines: [
      ...['USE $NS', 'use namespace $NS', 'SET NAMESPACE $NS', 'USE "$NS"'].map((use): Line => [
        'user',
        `${use}; SELECT id FROM t`,
        results({ schema: null, message: "Namespace switched to '$NS'" }, { rows: [['1']] }),
      ]),
      ['user', 'USE nowhere', fails("Not found: Namespace 'nowhere' does not exist")],
      ['dba', 'SELECT id FROM t', fails(/default.*t/)],
    ],
  }),
]

const ADMIN_STATEMENTS: readonly (readonly [subject: string, statements: readonly string[]])[] = [
  [
    'namespace operations',
    ['CREATE NAMESPACE n', 'DROP NAMESPACE n', 'DROP NAMESPACE IF EXISTS n CASCADE', 'ALTER NAMESPACE n SET OPTIONS (a = 1)'],
  ],
  ['storage operations', ["CREATE STORAGE s TYPE 'filesystem'", "ALTER STORAGE s NAME 'x'", 'DROP STORAGE s', 'STORAGE CHECK s']],
  [
    'user management',
    ["CREATE USER u WITH PASSWORD 'secret' ROLE user", "ALTER USER u SET PASSWORD 'secret'", "ALTER USER u SET ROLE 'dba'", 'DROP USER u'],
  ],
  [
    'topic management',
    [
      'CREATE TOPIC n.t',
      'DROP TOPIC n.t',
      'CLEAR TOPIC n.t',
      'ALTER TOPIC n.t ADD SOURCE n.s ON INSERT',
      'ALTER TOPIC n.t SET RETENTION WITH (retention_seconds = 1)',
      'ALTER TOPIC n.t CLEAR RETENTION',
      "RESET CONSUMER GROUP 'g' ON n.t TO 0",
    ],
  ],
  ['job management', ["KILL JOB 'x'"]],
  ['EXPLAIN commands', ['EXPLAIN SELECT 1', 'EXPLAIN ANALYZE SELECT 1']],
  ['SET commands', ['SET x TO 1', "SET a.b = 'c'"]],
  ['SHOW COLUMNS', ['SHOW COLUMNS FROM n.t']],
  ['SHOW ALL', ['SHOW ALL']],
  ['DESCRIBE', ['DESCRIBE n.t', 'DESC n.t']],
]

const administrators: readonly ConformanceCase[] = ADMIN_STATEMENTS.map(([subject, statements]) =>
  sqlCase({
    name: `${subject} are for administrators`,
    proves: ['Q17'],
    lines: statements.flatMap((sql): readonly Line[] =>
      (['user', 'service'] as const).map((speaker): Line => [
        speaker,
        sql,
        denied(`Admin privileges (DBA or System role) required for ${subject}`),
      ]),
    ),
  }),
)

const refusals: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a live query is killed by administrators only, and tables are dropped by them only',
    proves: ['Q17', 'Q41'],
    lines: (['user', 'service'] as const).flatMap((speaker): readonly Line[] => [
      [speaker, "KILL LIVE QUERY 'x'", denied(/Admin privileges/)],
      [speaker, 'DROP TABLE $NS.t', denied(/privileges|permission|not authorized|unauthorized|access denied/i)],
      [speaker, 'DROP TABLE IF EXISTS $NS.t', denied(/privileges|permission|not authorized|unauthorized|access denied/i)],
    ]),
  }),
  sqlCase({
    name: 'what is malformed is INVALID_SQL, before it is asked who says it',
    proves: ['Q15', 'Q17'],
    lines: [
      ['dba', 'CREATE NAMESPACE', invalid()],
      ['dba', 'CREATE NAMESPACE a b', invalid()],
      ['dba', 'DROP NAMESPACE', invalid()],
      ['dba', "ALTER NAMESPACE $NS SET DESCRIPTION 'x'", invalid()],
      ['user', 'CREATE NAMESPACE a b', invalid('SQL statement is invalid or not allowed')],
    ],
  }),
]

export const SQL_NAMESPACE_CASES: readonly ConformanceCase[] = [...made, ...administrators, ...refusals]
