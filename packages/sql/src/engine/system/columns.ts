/** The columns of the system tables (contract: SQL, 10). Who fills a table gives its values in this order. */
import type { RelationColumn } from '../../compile/relation.ts'
import type { DataType } from '../../data-type.ts'

const TYPES: Readonly<Record<string, DataType>> = {
  B: 'BigInt',
  I: 'Int',
  D: 'Double',
  T: 'Timestamp',
  J: 'Json',
  b: 'Boolean',
}

/** Names with commas between; a letter of `TYPES` says what is not Text. */
function columns(text: string): readonly RelationColumn[] {
  return text.split(', ').map((column) => {
    const [name = '', type = ''] = column.split(' ')
    return { name, dataType: TYPES[type] ?? 'Text' }
  })
}

export const SYSTEM_COLUMNS = {
  users: columns(
    'user_id, password_hash, role, email, auth_type, auth_data J, storage_mode, storage_id, failed_login_attempts I, locked_until T, ' +
      'last_login_at T, created_at T, updated_at T, last_seen T, deleted_at T',
  ),
  namespaces: columns('namespace_id, name, created_at T, options J, table_count I'),
  schemas: columns(
    'table_id, table_name, namespace_id, table_type, created_at T, schema_version I, columns J, table_comment, updated_at T, options J, ' +
      'access_level, is_latest b, storage_id, use_user_storage b',
  ),
  tables: columns('namespace_id, table_name, table_type, storage_id, version B, options, comment, updated_at T, created_at T'),
  columns: columns(
    'namespace_id, table_name, version B, column_id B, column_name, comment, data_type, default_value, ordinal B, nullable b, ' +
      'primary_key b, primary_key_pos B',
  ),
  live: columns(
    'live_id, connection_id, subscription_id, namespace_id, table_name, user_id, query, options J, status, created_at T, last_update T, ' +
      'changes B, node_id B, last_ping_at T',
  ),
  jobs: columns(
    'job_id, job_type, status, leader_status, parameters J, message, exception_trace, idempotency_key, queue, priority I, retry_count, ' +
      'max_retries, memory_used, cpu_used, created_at T, updated_at T, started_at T, finished_at T, node_id B, leader_node_id B',
  ),
  storages: columns(
    'storage_id, storage_name, description, storage_type, base_directory, credentials J, config_json J, shared_tables_template, ' +
      'user_tables_template, created_at T, updated_at T',
  ),
  audit_log: columns('audit_id, timestamp T, actor_user_id, action, target, details, ip_address, subject_user_id'),
  stats: columns('metric_name, metric_value'),
  settings: columns('name, value, description, category'),
  cluster: columns(
    'cluster_id, node_id B, role, status, rpc_addr, api_addr, is_self b, is_leader b, groups_leading I, total_groups I, current_term B, ' +
      'last_applied B, millis_since_quorum_ack B, replication_lag B, catchup_progress_pct I, hostname, version, memory_usage_mb B, ' +
      'cpu_usage_percent D, uptime_seconds B, uptime_human, os, arch',
  ),
  topics: columns('topic_id, name, alias, partitions I, retention_seconds B, retention_max_bytes B, routes J, created_at T, updated_at T'),
  topic_offsets: columns('topic_id, group_id, partition_id I, last_acked_offset B, updated_at T'),
  job_nodes: columns('job_id, node_id B, status, error_message, created_at T, started_at T, finished_at T, updated_at T'),
  manifest: columns('cache_key, namespace_id, table_name, scope, etag, source_path, sync_state, last_refreshed T, manifest_json J'),
  server_logs: columns('timestamp T, level, thread, target, line I, message'),
  cluster_groups: columns('group_id B, group_type, node_id B, role, is_leader b, current_term B, last_applied B'),
  datatypes: columns('sql_name, data_type, description'),
  sessions: columns('session_id, user_id, role, client_addr, state, started_at T, last_active_at T'),
  transactions: columns('transaction_id, user_id, state, started_at T, statement_count B'),
} as const satisfies Readonly<Record<string, readonly RelationColumn[]>>

export type SystemTable = keyof typeof SYSTEM_COLUMNS

export const INFORMATION_COLUMNS = {
  tables: columns('table_catalog, table_schema, table_name, table_type'),
  columns: columns('table_catalog, table_schema, table_name, column_name, ordinal_position B, column_default, is_nullable, data_type'),
} as const satisfies Readonly<Record<string, readonly RelationColumn[]>>

export type InformationTable = keyof typeof INFORMATION_COLUMNS

export function isSystemTable(name: string): name is SystemTable {
  return Object.hasOwn(SYSTEM_COLUMNS, name)
}

export function isInformationTable(name: string): name is InformationTable {
  return Object.hasOwn(INFORMATION_COLUMNS, name)
}
