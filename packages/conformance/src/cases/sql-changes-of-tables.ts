/** ALTER TABLE, DROP TABLE, and what is told of tables (Q24 to Q27). */
import type { ConformanceCase } from '../case.ts'
import { ANY_TEXT } from '../match.ts'
import {
  cells,
  denied,
  DONE,
  fails,
  faulty,
  inserted,
  invalid,
  refused,
  rows,
  rowsThat,
  sqlCase,
  told,
  updated,
  value,
} from '../statements.ts'
import type { Line, Row } from '../statements.ts'

const TABLE = 'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, name TEXT)'
const TWO_ROWS = "INSERT INTO $NS.t (id, name) VALUES (1, 'a'), (2, 'b')"

function altered(version: number): ReturnType<typeof told> {
  return told(new RegExp(`^Table \\$NS\\.t altered successfully: .+ \\(version ${version}\\)$`))
}

const alterations: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a column is added, with NULL or its default in rows that there are',
    proves: ['Q24'],
    first: [TABLE, TWO_ROWS],
    lines: [
      ['dba', 'ALTER TABLE $NS.t ADD COLUMN age INT', altered(2)],
      ['dba', "ALTER TABLE $NS.t ADD COLUMN color TEXT DEFAULT 'red'", altered(3)],
      ['dba', "ALTER TABLE $NS.t ADD COLUMN state TEXT NOT NULL DEFAULT 'new'", altered(4)],
      [
        'dba',
        'SELECT * FROM $NS.t WHERE id = 1',
        rows('id BigInt, name Text, age Int, color Text, state Text, _seq BigInt, _deleted Boolean', [
          ['1', 'a', null, 'red', 'new', ANY_TEXT, false],
        ]),
      ],
      ['dba', 'INSERT INTO $NS.t (id) VALUES (3)', inserted(1)],
      ['dba', 'SELECT age, color, state FROM $NS.t WHERE id = 3', cells([null, 'red', 'new'])],
      ['dba', 'ALTER TABLE $NS.t ADD COLUMN Age TEXT', fails(/Column 'age' already exists/)],
      ['dba', 'ALTER TABLE $NS.t ADD COLUMN must TEXT NOT NULL', faulty()],
      ['dba', 'ALTER TABLE $NS.t ADD COLUMN _seq TEXT', faulty()],
      ['dba', 'ALTER TABLE $NS.t ADD COLUMN x MONEY', invalid(/Unsupported data type/)],
    ],
  }),
  sqlCase({
    name: 'a column is dropped, and naming it finds none',
    proves: ['Q24'],
    first: [TABLE, TWO_ROWS],
    lines: [
      ['dba', 'ALTER TABLE $NS.t DROP COLUMN name', altered(2)],
      ['dba', 'SELECT * FROM $NS.t WHERE id = 1', rows('id BigInt, _seq BigInt, _deleted Boolean', [['1', ANY_TEXT, false]])],
      ['dba', 'SELECT name FROM $NS.t', fails(/No field named name/)],
      ['dba', 'ALTER TABLE $NS.t DROP COLUMN name', fails(/Column 'name' does not exist/)],
      ['dba', 'ALTER TABLE $NS.t DROP COLUMN id', faulty()],
      ['dba', 'ALTER TABLE $NS.t ADD COLUMN name INT', altered(3)],
      ['dba', 'SELECT name FROM $NS.t', rows('name Int', [[null], [null]])],
    ],
  }),
  sqlCase({
    name: 'a column is renamed with its values',
    proves: ['Q24', 'Q26'],
    first: [TABLE, TWO_ROWS],
    lines: [
      ['dba', 'ALTER TABLE $NS.t RENAME COLUMN name TO "Title"', altered(2)],
      ['dba', 'SELECT title FROM $NS.t', cells(['a'], ['b'])],
      ['dba', 'SELECT name FROM $NS.t', fails(/No field named name/)],
      ['dba', 'DESCRIBE TABLE $NS.t', rowsThat((found) => namesOf(found).slice(0, 2).join(' ') === 'id title')],
      ['dba', 'ALTER TABLE $NS.t RENAME COLUMN name TO other', fails(/Column 'name' does not exist/)],
      ['dba', 'ALTER TABLE $NS.t RENAME COLUMN title TO id', fails(/Column 'id' already exists/)],
      ['dba', 'ALTER TABLE $NS.t RENAME COLUMN id TO key', altered(3)],
      ['dba', 'SELECT key FROM $NS.t', cells(['1'], ['2'])],
    ],
  }),
  sqlCase({
    name: 'a column has another type, NOT NULL or a default',
    proves: ['Q24'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, n INT, x TEXT)', "INSERT INTO $NS.t (id, n, x) VALUES (1, 7, '8')"],
    lines: [
      ['dba', 'ALTER TABLE $NS.t MODIFY COLUMN n BIGINT', altered(2)],
      ['dba', 'SELECT n FROM $NS.t', rows('n BigInt', [['7']])],
      ['dba', 'ALTER TABLE $NS.t MODIFY COLUMN x TEXT NOT NULL', altered(3)],
      ['dba', 'INSERT INTO $NS.t (id) VALUES (2)', fails(/NOT NULL constraint violation: column 'x'/)],
      ['dba', 'ALTER TABLE $NS.t ALTER COLUMN x DROP NOT NULL', altered(4)],
      ['dba', 'INSERT INTO $NS.t (id) VALUES (2)', inserted(1)],
      ['dba', 'ALTER TABLE $NS.t ALTER COLUMN x SET NOT NULL', faulty()],
      ['dba', "ALTER TABLE $NS.t ALTER COLUMN x SET DEFAULT 'd'", altered(5)],
      ['dba', 'INSERT INTO $NS.t (id) VALUES (3)', inserted(1)],
      ['dba', 'ALTER TABLE $NS.t ALTER COLUMN x DROP DEFAULT', altered(6)],
      ['dba', 'INSERT INTO $NS.t (id) VALUES (4)', inserted(1)],
      ['dba', 'SELECT x FROM $NS.t', cells(['8'], [null], ['d'], [null])],
      ['dba', 'ALTER TABLE $NS.t ALTER COLUMN nothing SET NOT NULL', fails(/Column 'nothing' does not exist/)],
    ],
  }),
  sqlCase({
    name: 'an access level is set by both forms, of SHARED tables only, and what changes nothing makes no version',
    proves: ['Q24', 'Q40'],
    first: [
      TABLE,
      TWO_ROWS,
      'CREATE USER TABLE $NS.u (id BIGINT PRIMARY KEY)',
      'CREATE STREAM TABLE $NS.s (id BIGINT) WITH (TTL_SECONDS = 60)',
    ],
    lines: [
      ['user', 'SELECT id FROM $NS.t', denied()],
      ['dba', "ALTER TABLE $NS.t SET TBLPROPERTIES (ACCESS_LEVEL = 'PUBLIC')", altered(2)],
      ['user', 'SELECT id FROM $NS.t', cells(['1'], ['2'])],
      ['dba', 'ALTER TABLE $NS.t SET ACCESS LEVEL public', altered(2)],
      ['dba', 'ALTER TABLE $NS.t SET ACCESS LEVEL private', altered(3)],
      ['user', 'SELECT id FROM $NS.t', denied()],
      ['dba', 'ALTER TABLE $NS.t SET ACCESS LEVEL secret', faulty()],
      ['dba', 'ALTER TABLE $NS.u SET ACCESS LEVEL public', faulty()],
      ['dba', "ALTER TABLE $NS.s SET TBLPROPERTIES (ACCESS_LEVEL = 'PUBLIC')", faulty()],
    ],
  }),
  sqlCase({
    name: 'an index is a word, one change is made at a time, and of tables that there are',
    proves: ['Q24'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, e EMBEDDING(3))'],
    lines: [
      ['dba', 'ALTER TABLE $NS.t CREATE INDEX e USING COSINE', told(/^Table \$NS\.t altered successfully: /)],
      ['dba', 'ALTER TABLE $NS.t DROP VECTOR INDEX e', told(/^Table \$NS\.t altered successfully: /)],
      ['dba', 'ALTER TABLE $NS.t ADD COLUMN a INT, ADD COLUMN b INT', invalid()],
      ['dba', 'ALTER TABLE $NS.t', invalid()],
      ['dba', 'ALTER TABLE $NS.t FROBNICATE', invalid()],
      ['dba', 'ALTER TABLE $NS.nowhere ADD COLUMN a INT', fails(/nowhere/)],
      ['dba', 'ALTER TABLE system.users ADD COLUMN a INT', faulty()],
    ],
  }),
  sqlCase({
    name: 'a service alters all tables, a plain user none that is SHARED',
    proves: ['Q41'],
    first: [TABLE, 'CREATE USER TABLE $NS.u (id BIGINT PRIMARY KEY)'],
    lines: [
      ['user', 'ALTER TABLE $NS.t ADD COLUMN a INT', denied()],
      ['service', 'ALTER TABLE $NS.t ADD COLUMN a INT', altered(2)],
      ['service', 'ALTER TABLE $NS.u ADD COLUMN a INT', DONE],
      ['user', 'ALTER TABLE $NS.u ADD COLUMN b INT', DONE],
    ],
  }),
]

const drops: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a table is dropped by a job, and what there is not is skipped or told',
    proves: ['Q25'],
    first: [
      TABLE,
      TWO_ROWS,
      'CREATE USER TABLE $NS.u (id BIGINT PRIMARY KEY)',
      'CREATE STREAM TABLE $NS.s (id BIGINT) WITH (TTL_SECONDS = 60)',
    ],
    lines: [
      ['dba', 'DROP TABLE $NS.t', told(/^Table \$NS\.t dropped successfully\. Cleanup job: \S+$/)],
      ['dba', 'SELECT * FROM $NS.t', fails(/\$NS.*t/)],
      ['dba', 'DROP TABLE $NS.t', fails("Not found: Table 't' not found in namespace '$NS'")],
      ['dba', 'DROP TABLE IF EXISTS $NS.t', told('Table $NS.t does not exist (skipped)')],
      ['dba', 'DROP USER TABLE IF EXISTS $NS.u', told(/^Table \$NS\.u dropped successfully/)],
      ['dba', 'DROP STREAM TABLE $NS.s', told(/^Table \$NS\.s dropped successfully/)],
      ['dba', TABLE, DONE],
      ['dba', 'SELECT id FROM $NS.t', cells()],
      ['dba', 'DROP TABLE system.users', faulty()],
    ],
  }),
  sqlCase({
    name: 'the job of a drop is completed',
    proves: ['Q25', 'Q47'],
    first: [TABLE],
    play: async ({ says }) => {
      const { body } = await says('dba', 'DROP SHARED TABLE $NS.t', DONE)
      const job = /Cleanup job: ([^"\s]+)"/.exec(body.toString())?.[1]
      await says(
        'dba',
        { sql: 'SELECT job_type, status FROM system.jobs WHERE job_id = $1', params: [job] },
        cells(['cleanup', 'completed']),
      )
    },
  }),
]

function namesOf(found: readonly Row[]): readonly string[] {
  return found.map((row) => String(row['column_name']))
}

interface ToldColumn {
  readonly column_name: string
  readonly data_type: unknown
  readonly is_nullable: unknown
  readonly is_primary_key: unknown
  readonly ordinal_position: unknown
}

/** What a client reads of a column, in one line. */
function columnLine(column: ToldColumn & { readonly default_value?: unknown; readonly column_default?: unknown }): string {
  const { column_name: name, data_type: type, is_nullable: nullable, is_primary_key: key, ordinal_position: at } = column
  const given = column.default_value ?? column.column_default ?? 'none'
  return [at, name, typeof type === 'string' ? type : JSON.stringify(type), nullable, key, given].map(String).join(' ')
}

const DESCRIBED =
  'CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY DEFAULT SNOWFLAKE_ID(), name TEXT NOT NULL, price DECIMAL(10,2), done BOOLEAN DEFAULT FALSE)'
const DESCRIPTION = [
  '1 id BigInt false true SNOWFLAKE_ID()',
  '2 name Text false false none',
  '3 price {"Decimal":{"precision":10,"scale":2}} true false none',
  '4 done Boolean true false FALSE',
]

const introspection: readonly ConformanceCase[] = [
  sqlCase({
    name: 'everybody is shown tables, with their columns as JSON',
    proves: ['Q26'],
    first: [DESCRIBED, 'CREATE SHARED TABLE $NS.other (id BIGINT PRIMARY KEY)'],
    lines: [
      ...(['user', 'service', 'dba', 'system'] as const).flatMap((speaker): readonly Line[] =>
        ['SHOW TABLES', 'SHOW TABLES IN $NS', 'SHOW TABLES IN NAMESPACE $NS'].map((sql): Line => [
          speaker,
          sql,
          rowsThat((found, names) => {
            const own = found.filter((row) => row['namespace_id'] === names('$NS'))
            const row = own.find((each) => each['table_name'] === 't')
            const columns = JSON.parse(String(row?.['columns'])) as readonly ToldColumn[]
            const lines = columns.filter(({ column_name: name }) => !name.startsWith('_')).map(columnLine)
            return (
              own.length === 2 &&
              (sql === 'SHOW TABLES' || found.length === 2) &&
              row?.['table_id'] === names('$NS:t') &&
              String(row['table_type']).toLowerCase() === 'user' &&
              lines.join() === DESCRIPTION.join()
            )
          }),
        ]),
      ),
      ['user', 'SHOW TABLES IN nowhere', fails(/nowhere/)],
    ],
  }),
  sqlCase({
    name: 'everybody is told of the columns of a table by DESCRIBE TABLE',
    proves: ['Q26'],
    first: [DESCRIBED],
    lines: [
      ...(['user', 'service', 'dba', 'system'] as const).flatMap((speaker): readonly Line[] =>
        ['DESCRIBE TABLE $NS.t', 'DESC TABLE $NS.t'].map((sql): Line => [
          speaker,
          sql,
          rowsThat((found) => {
            const own = found.filter((row) => !String(row['column_name']).startsWith('_'))
            return own.map((row) => columnLine(row as unknown as ToldColumn)).join() === DESCRIPTION.join()
          }, 'column_name Text, ordinal_position Int, column_id BigInt, data_type Text, is_nullable Boolean, is_primary_key Boolean, column_default Text, column_comment Text, schema_version Int'),
        ]),
      ),
      ['dba', 'ALTER TABLE $NS.t ADD COLUMN n INT', DONE],
      ['user', 'DESCRIBE TABLE $NS.t', rowsThat(([row]) => row?.['schema_version'] === 2)],
      ['dba', 'DESCRIBE TABLE $NS.nowhere', fails(/nowhere/)],
      ['dba', 'DESCRIBE TABLE system.users', rowsThat((found) => namesOf(found)[0] === 'user_id')],
      ['user', 'DESCRIBE TABLE system.users', denied()],
      ['user', 'DESCRIBE TABLE $NS.nowhere', refused('SQL_EXECUTION_ERROR', 'SQL statement failed')],
    ],
  }),
  sqlCase({
    name: 'what administrators ask of tables, plans and settings is answered',
    proves: ['Q27'],
    first: [TABLE, TWO_ROWS],
    lines: [
      ...['DESCRIBE $NS.t', 'DESC $NS.t', 'SHOW COLUMNS FROM $NS.t'].map((sql): Line => [
        'dba',
        sql,
        rowsThat(
          (found) =>
            namesOf(found).slice(0, 2).join(' ') === 'id name' &&
            found[0]?.['data_type'] === 'BigInt' &&
            found[0]?.['is_nullable'] === false,
        ),
      ]),
      ['dba', 'EXPLAIN SELECT * FROM $NS.t', rowsThat((found) => found.length > 0, 'plan_type Text, plan Text')],
      ['system', 'EXPLAIN VERBOSE SELECT id FROM $NS.t WHERE id = 1', rowsThat((found) => found.length > 0, 'plan_type Text, plan Text')],
      ['dba', "SET anything TO 'this'", DONE],
      ['dba', 'SHOW ALL', rowsThat((found) => found.length > 0)],
    ],
  }),
  sqlCase({
    name: 'statistics of a table count the rows that its reader has',
    proves: ['Q27'],
    first: [TABLE, TWO_ROWS, 'ALTER TABLE $NS.t ADD COLUMN n INT', 'DELETE FROM $NS.t WHERE id = 1'],
    lines: [
      [
        'dba',
        'SHOW STATS FOR TABLE $NS.t',
        rows(
          'table_name Text, namespace Text, schema_version Int, logical_rows BigInt, flushed_segments BigInt, active_streams BigInt, memory_bytes BigInt',
          [['t', '$NS', 2, '1', /^\d+$/, /^\d+$/, /^\d+$/]],
        ),
      ],
      ['service', 'SHOW STATS FOR TABLE $NS.t', DONE],
      ['user', 'SHOW STATS FOR TABLE $NS.t', denied()],
    ],
  }),
  sqlCase({
    name: 'what was inserted before a change of the table is changed after it',
    proves: ['Q24', 'Q30'],
    first: [TABLE, TWO_ROWS, 'ALTER TABLE $NS.t ADD COLUMN n INT'],
    lines: [
      ['dba', 'UPDATE $NS.t SET n = 1 WHERE n IS NULL', updated(2)],
      ['dba', 'SELECT sum(n) FROM $NS.t', value('2')],
    ],
  }),
]

export const SQL_TABLE_CHANGE_CASES: readonly ConformanceCase[] = [...alterations, ...drops, ...introspection]
