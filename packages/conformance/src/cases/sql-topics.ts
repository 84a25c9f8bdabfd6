/** Topics by statements, and reading them by CONSUME and ACK (Q50, Q52). */
import type { ConformanceCase } from '../case.ts'
import { Rule } from '../match.ts'
import type { Pattern } from '../match.ts'
import { base64, givenValues } from '../requests.ts'
import { cells, denied, DONE, fails, faulty, invalid, refused, rows, rowsThat, sqlCase, told } from '../statements.ts'
import { CONSUMED } from './sql-sources.ts'

const topics: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a topic is made in a namespace, cleared and dropped',
    proves: ['Q50'],
    lines: [
      ['dba', 'CREATE TOPIC $NS.events', told("Created topic '$NS.events' with 1 partition(s)")],
      ['dba', 'CREATE TOPIC $NS.many PARTITIONS 3', told("Created topic '$NS.many' with 3 partition(s)")],
      ['dba', 'CREATE TOPIC $NS.events', fails(/Topic '\$NS\.events' already exists/)],
      ['dba', 'CREATE TOPIC IF NOT EXISTS $NS.events', told(/already exists/)],
      [
        'dba',
        "SELECT topic_id, name, partitions, retention_seconds, retention_max_bytes, routes FROM system.topics WHERE topic_id LIKE '$NS.%' ORDER BY topic_id",
        rowsThat(
          (found, names) =>
            found.every(
              (row) =>
                row['topic_id'] === row['name'] &&
                Number(row['retention_seconds']) === 7 * 86_400 &&
                Number(row['retention_max_bytes']) === 2 ** 30 &&
                row['routes'] === '[]',
            ) && found.map((row) => `${String(row['name'])} ${String(row['partitions'])}`).join() === names('$NS.events 1,$NS.many 3'),
        ),
      ],
      ['dba', 'CLEAR TOPIC $NS.events', told(/\$NS\.events.*[Jj]ob/)],
      ['dba', 'DROP TOPIC $NS.events', told(/\$NS\.events.*[Jj]ob/)],
      ['dba', 'DROP TOPIC $NS.events', fails(/Topic '\$NS\.events' does not exist/)],
      ['dba', 'DROP TOPIC IF EXISTS $NS.events', told(/does not exist/)],
      ['dba', 'CLEAR TOPIC $NS.events', fails(/Topic '\$NS\.events' does not exist/)],
      [
        'dba',
        "SELECT count(*) FROM system.jobs WHERE job_type = 'topic_cleanup' AND status = 'completed'",
        rowsThat(([row]) => Number(Object.values(row ?? {})[0]) >= 2),
      ],
      ['dba', 'DROP TOPIC $NS.many', DONE],
    ],
  }),
  sqlCase({
    name: 'what is no topic is refused',
    proves: ['Q50'],
    lines: [
      ['dba', 'CREATE TOPIC events', faulty()],
      ['dba', 'CREATE TOPIC $NOWHERE.events', fails(/\$NOWHERE/)],
      ['dba', 'CREATE TOPIC $NS.events PARTITIONS 0', faulty()],
      ['dba', 'CREATE TOPIC $NS.events PARTITIONS many', invalid()],
      ['dba', 'CREATE TOPIC', invalid()],
      ['dba', 'ALTER TOPIC $NS.events ADD SOURCE $NS.t ON INSERT', fails(/\$NS/)],
    ],
  }),
  sqlCase({
    name: 'retention is given with a topic, set and cleared',
    proves: ['Q50'],
    lines: [
      ['dba', 'CREATE TOPIC $NS.a WITH (retention_seconds = 60, retention_max_bytes = NULL)', DONE],
      ['dba', "SELECT retention_seconds, retention_max_bytes FROM system.topics WHERE topic_id = '$NS.a'", cells(['60', null])],
      ['dba', 'ALTER TOPIC $NS.a SET RETENTION WITH (retention_max_bytes = 1048576)', DONE],
      ['dba', "SELECT retention_seconds, retention_max_bytes FROM system.topics WHERE topic_id = '$NS.a'", cells(['60', '1048576'])],
      ['dba', 'ALTER TOPIC $NS.a CLEAR RETENTION', DONE],
      ['dba', "SELECT retention_seconds, retention_max_bytes FROM system.topics WHERE topic_id = '$NS.a'", cells([null, null])],
      ['dba', 'ALTER TOPIC $NS.a SET RETENTION WITH (color = 1)', invalid()],
      ['dba', 'DROP TOPIC $NS.a', DONE],
    ],
  }),
]

/** Who appended a record by another door is not known. */
const WHOEVER = new Rule('a user or null', (cell) => cell === null || typeof cell === 'string')

const TEN = Array.from({ length: 10 }, (_, i) => String(i))

const consuming: readonly ConformanceCase[] = [
  sqlCase({
    name: 'CONSUME reads from where it says, and without a group keeps nothing',
    proves: ['Q52'],
    given: { topics: [{ name: '$TOPIC', partitions: 2 }], records: [givenValues('$TOPIC', 0, TEN), givenValues('$TOPIC', 1, ['other'])] },
    lines: [
      ['service', 'CONSUME FROM $TOPIC', rows(CONSUMED, [])],
      ['service', 'CONSUME FROM $TOPIC FROM LATEST', rows(CONSUMED, [])],
      [
        'service',
        'CONSUME FROM $TOPIC FROM EARLIEST LIMIT 2',
        rows(
          CONSUMED,
          [0, 1].map((offset) => given(offset)),
        ),
      ],
      [
        'service',
        'CONSUME FROM $TOPIC FROM EARLIEST LIMIT 2',
        rows(
          CONSUMED,
          [0, 1].map((offset) => given(offset)),
        ),
      ],
      [
        'service',
        'consume from "$TOPIC" from 8',
        rows(
          CONSUMED,
          [8, 9].map((offset) => given(offset)),
        ),
      ],
      ['service', 'CONSUME FROM $TOPIC FROM 10', rows(CONSUMED, [])],
      ['dba', 'CONSUME FROM $TOPIC FROM EARLIEST', rowsThat((found) => found.length === 10)],
      ['user', 'CONSUME FROM $TOPIC FROM EARLIEST', denied(/service, dba,? or system/)],
      ['service', 'CONSUME FROM $NOPE FROM EARLIEST', refused('SQL_EXECUTION_ERROR')],
    ],
  }),
  sqlCase({
    name: 'a group goes on after what it acknowledged, and an acknowledgment is a statement',
    proves: ['Q52'],
    given: { records: [givenValues('$TOPIC', 0, TEN)], topics: [{ name: '$TOPIC' }] },
    hands: ['letPass'],
    lines: [
      [
        'service',
        "CONSUME FROM $TOPIC GROUP '$GROUP' FROM EARLIEST LIMIT 3",
        rows(
          CONSUMED,
          [0, 1, 2].map((offset) => given(offset)),
        ),
      ],
      ['service', "CONSUME FROM $TOPIC GROUP '$GROUP' FROM EARLIEST LIMIT 1", rows(CONSUMED, [given(3)])],
      [
        'service',
        "ACK $TOPIC GROUP '$GROUP' UPTO OFFSET 1",
        rows('topic Text, group_id Text, partition Int, committed_offset BigInt', [['$TOPIC', '$GROUP', 0, '1']]),
      ],
      { passesMs: 60_000 },
      [
        'service',
        "CONSUME FROM $TOPIC GROUP '$GROUP' FROM LATEST LIMIT 2",
        rows(
          CONSUMED,
          [2, 3].map((offset) => given(offset)),
        ),
      ],
      [
        'dba',
        "SELECT partition_id, last_acked_offset FROM system.topic_offsets WHERE topic_id = '$TOPIC' AND group_id = '$GROUP'",
        cells([0, '1']),
      ],
      ['service', "ACK $TOPIC GROUP '$GROUP' PARTITION 0 UPTO OFFSET 9", DONE],
      ['service', "CONSUME FROM $TOPIC GROUP '$GROUP'", rows(CONSUMED, [])],
      ['dba', "RESET CONSUMER GROUP '$GROUP' ON $TOPIC TO 5", DONE],
      ['service', "CONSUME FROM $TOPIC GROUP '$GROUP' LIMIT 1", rows(CONSUMED, [given(5)])],
      ['user', "ACK $TOPIC GROUP '$GROUP' UPTO OFFSET 1", denied(/service, dba,? or system/)],
      ['service', "ACK $NOPE GROUP '$GROUP' UPTO OFFSET 1", refused('SQL_EXECUTION_ERROR')],
      ['service', 'ACK $TOPIC UPTO OFFSET 1', invalid()],
    ],
  }),
]

function given(offset: number): readonly Pattern[] {
  return ['$TOPIC', 0, String(offset), null, base64(String(offset)), /^\d{13}$/, WHOEVER, 'insert']
}

export const SQL_TOPIC_CASES: readonly ConformanceCase[] = [...topics, ...consuming]
