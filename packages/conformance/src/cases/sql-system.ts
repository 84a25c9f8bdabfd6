/** The system's own tables (Q46, Q47). */
import type { ConformanceCase } from '../case.ts'
import { ANY_DURATION, bearer, openSession, PASSWORD } from '../sessions.ts'
import { cells, DONE, rowsThat, SQL_PATH, sqlCase, value } from '../statements.ts'
import type { Line } from '../statements.ts'

/** The contract's columns: B BigInt, I Int, T Timestamp, J Json, b Boolean, else Text. */
const COLUMNS: Readonly<Record<string, string>> = {
  users:
    'user_id, password_hash, role, email, auth_type, auth_data J, storage_mode, storage_id, failed_login_attempts I, locked_until T, last_login_at T, created_at T, updated_at T, last_seen T, deleted_at T',
  namespaces: 'namespace_id, name, created_at T, options J, table_count I',
  schemas:
    'table_id, table_name, namespace_id, table_type, created_at T, schema_version I, columns J, table_comment, updated_at T, options J, access_level, is_latest b, storage_id, use_user_storage b',
  tables: 'namespace_id, table_name, table_type, storage_id, version B, options, comment, updated_at T, created_at T',
  columns:
    'namespace_id, table_name, version B, column_id B, column_name, comment, data_type, default_value, ordinal B, nullable b, primary_key b, primary_key_pos B',
  live: 'live_id, connection_id, subscription_id, namespace_id, table_name, user_id, query, options J, status, created_at T, last_update T, changes B, node_id B, last_ping_at T',
  jobs: 'job_id, job_type, status, leader_status, parameters J, message, exception_trace, idempotency_key, queue, priority I, retry_count, max_retries, memory_used, cpu_used, created_at T, updated_at T, started_at T, finished_at T, node_id B, leader_node_id B',
  storages:
    'storage_id, storage_name, description, storage_type, base_directory, credentials J, config_json J, shared_tables_template, user_tables_template, created_at T, updated_at T',
  audit_log: 'audit_id, timestamp T, actor_user_id, action, target, details, ip_address, subject_user_id',
  stats: 'metric_name, metric_value',
  settings: 'name, value, description, category',
}

const TYPES: Readonly<Record<string, string>> = { B: 'BigInt', I: 'Int', T: 'Timestamp', J: 'Json', b: 'Boolean' }

function typed(columns: string): string {
  return columns
    .split(', ')
    .map((column) => {
      const [name, type = ''] = column.split(' ')
      return `${name} ${TYPES[type] ?? 'Text'}`
    })
    .join(', ')
}

/** Columns of which the contract says names, and only of some the types. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  topics: 'topic_id name alias partitions retention_seconds retention_max_bytes routes created_at updated_at'.split(' '),
  topic_offsets: 'topic_id group_id partition_id last_acked_offset updated_at'.split(' '),
  cluster:
    'cluster_id node_id role status rpc_addr api_addr is_self is_leader groups_leading total_groups current_term hostname version memory_usage_mb cpu_usage_percent uptime_human os arch'.split(
      ' ',
    ),
}

const STATS =
  'schema_cache_size schema_registry_size total_users total_tables server_version server_workers_effective max_connections'.split(' ')

export const SQL_SYSTEM_CASES: readonly ConformanceCase[] = [
  {
    name: 'sql: after the setup there are root, of role system, and its dba',
    proves: ['Q47'],
    needs: 'fresh',
    spoilsServer: true,
    given: { topics: [] },
    play: async (scene) => {
      const setup = JSON.stringify({ user: '$USER', password: PASSWORD, root_password: PASSWORD })
      const headers = { 'Content-Type': 'application/json' }
      await scene.exchange({ request: { method: 'POST', path: '/v1/api/auth/setup', headers, body: setup }, expect: { status: 200 } })
      const { access } = await openSession(scene)
      const body = JSON.stringify({ sql: "SELECT role FROM system.users WHERE user_id IN ('root', '$USER') ORDER BY role" })
      const schema = [{ name: 'role', data_type: 'Text', index: 0 }]
      const result = { schema, rows: [['dba'], ['system']], row_count: 2, as_user: '$USER' }
      await scene.exchange({
        request: { method: 'POST', path: SQL_PATH, headers: { ...headers, ...bearer(access) }, body },
        expect: { status: 200, json: { status: 'success', results: [result], took: ANY_DURATION } },
      })
    },
  },
  sqlCase({
    name: 'system tables have the columns of the contract, in its order',
    proves: ['Q47', 'Q46'],
    lines: [
      ...Object.entries(COLUMNS).map(([name, columns]): Line => [
        'dba',
        `SELECT * FROM system.${name} LIMIT 5`,
        rowsThat(() => true, typed(columns)),
      ]),
      ...Object.entries(NAMED).map(([name, columns]): Line => ['dba', `SELECT ${columns.join(', ')} FROM system.${name} LIMIT 5`, DONE]),
      ...['job_nodes', 'manifest', 'server_logs', 'cluster_groups', 'datatypes', 'sessions', 'transactions'].map((name): Line => [
        'dba',
        `SELECT * FROM system.${name} LIMIT 5`,
        DONE,
      ]),
    ],
  }),
  sqlCase({
    name: 'users are told with their roles, and without what their passwords could be told from',
    proves: ['Q47', 'Q43'],
    lines: [
      ['dba', "SELECT role, auth_type, deleted_at FROM system.users WHERE user_id = '$DBA'", cells(['dba', 'password', null])],
      [
        'dba',
        "SELECT password_hash FROM system.users WHERE user_id = '$DBA'",
        rowsThat(([row]) => !/[$:.][\w+/]{16}/.test(String(row?.['password_hash']))),
      ],
    ],
  }),
  sqlCase({
    name: 'namespaces, tables, their versions and columns are told',
    proves: ['Q47'],
    first: [
      "CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x')",
      'ALTER TABLE $NS.t ADD COLUMN n INT',
      'CREATE USER TABLE $NS.u (id TEXT PRIMARY KEY)',
    ],
    lines: [
      ['dba', "SELECT name, table_count FROM system.namespaces WHERE namespace_id = '$NS'", cells(['$NS', 2])],
      [
        'dba',
        "SELECT table_name, version FROM system.tables WHERE namespace_id = '$NS' ORDER BY table_name",
        cells(['t', '2'], ['u', '1']),
      ],
      [
        'dba',
        "SELECT table_id, schema_version, is_latest FROM system.schemas WHERE namespace_id = '$NS' ORDER BY table_id, schema_version",
        cells(['$NS:t', 1, false], ['$NS:t', 2, true], ['$NS:u', 1, true]),
      ],
      [
        'dba',
        "SELECT column_name, data_type, ordinal, nullable, primary_key FROM system.columns WHERE namespace_id = '$NS' AND table_name = 't' AND ordinal <= 3 ORDER BY ordinal",
        cells(['id', 'BigInt', '1', false, true], ['name', 'Text', '2', false, false], ['n', 'Int', '3', true, false]),
      ],
    ],
  }),
  sqlCase({
    name: 'information_schema tells all tables and columns, those of the system too',
    proves: ['Q47'],
    first: ["CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, name TEXT DEFAULT 'x')"],
    lines: [
      [
        'dba',
        "SELECT table_catalog, table_schema, table_name FROM information_schema.tables WHERE table_schema = '$NS'",
        cells(['kalam', '$NS', 't']),
      ],
      [
        'dba',
        "SELECT table_catalog, column_name, data_type, is_nullable, ordinal_position FROM information_schema.columns WHERE table_schema = '$NS' AND ordinal_position < 3 ORDER BY ordinal_position",
        rowsThat(
          (found) =>
            JSON.stringify(
              found.map((row) => [
                row['table_catalog'],
                row['column_name'],
                row['data_type'],
                row['is_nullable'],
                Number(row['ordinal_position']),
              ]),
            ) === '[["kalam","id","BigInt","NO",1],["kalam","name","Text","YES",2]]',
        ),
      ],
      [
        'dba',
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'system' AND table_name IN ('users', 'jobs')",
        value('2'),
      ],
      [
        'dba',
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'system' AND table_name = 'users' AND column_name = 'user_id'",
        value('1'),
      ],
    ],
  }),
  sqlCase({
    name: 'statistics, settings and the one node are told',
    proves: ['Q47'],
    lines: [
      [
        'dba',
        'SELECT metric_name FROM system.stats LIMIT 1000',
        rowsThat((found) => STATS.every((name) => found.some((row) => row['metric_name'] === name))),
      ],
      ['dba', 'SELECT name, value FROM system.settings', rowsThat((found) => found.length > 0)],
      ['dba', 'SELECT is_self, is_leader FROM system.cluster', cells([true, true])],
      ['dba', "SELECT storage_type FROM system.storages WHERE storage_id = 'local'", cells(['filesystem'])],
      ['dba', 'SELECT count(*) > 10 FROM system.datatypes', value(true)],
    ],
  }),
  sqlCase({
    name: 'what administrators did is in the audit log',
    proves: ['Q47'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY)', 'DROP TABLE $NS.t'],
    lines: [
      [
        'dba',
        "SELECT actor_user_id, action, target, timestamp FROM system.audit_log WHERE actor_user_id = '$DBA' ORDER BY timestamp, audit_id",
        rowsThat(
          (found, names) =>
            found.length >= 3 &&
            found.some((row) => row['target'] === names('$NS')) &&
            found.filter((row) => String(row['target']).includes(names('$NS.t'))).length >= 2 &&
            found.every((row) => /^\d{16}$/.test(String(row['timestamp']))),
        ),
      ],
    ],
  }),
]
