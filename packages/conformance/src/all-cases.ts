/** Every case of the contract, chapter by chapter. */
import type { ConformanceCase } from './case.ts'
import { CLIENT_ID_CASES } from './cases/client-id.ts'
import { CONNECTION_CASES } from './cases/connections.ts'
import { CONSUME_GROUP_CASES } from './cases/consume-groups.ts'
import { CONSUME_REQUEST_CASES } from './cases/consume-requests.ts'
import { CONSUME_WAIT_CASES } from './cases/consume-waits.ts'
import { CREDENTIAL_CASES } from './cases/credentials.ts'
import { DOWNLOAD_CASES } from './cases/downloads.ts'
import { FAULT_CASES } from './cases/faults.ts'
import { FETCH_ANSWER_CASES } from './cases/fetch-answers.ts'
import { FETCH_BUDGET_CASES } from './cases/fetch-budgets.ts'
import { FETCH_OFFSET_CASES } from './cases/fetch-offsets.ts'
import { FETCH_REQUEST_CASES } from './cases/fetch-requests.ts'
import { FILE_CASES } from './cases/files.ts'
import { INTAKE_HEADER_CASES } from './cases/intake-headers.ts'
import { INTAKE_JSON_CASES } from './cases/intake-json.ts'
import { INTAKE_LIMIT_CASES } from './cases/intake-limits.ts'
import { INTAKE_OPTION_CASES } from './cases/intake-options.ts'
import { INTAKE_ORDER_CASES } from './cases/intake-order.ts'
import { INTAKE_ROTATION_CASES } from './cases/intake-rotation.ts'
import { INTAKE_ROUTE_CASES } from './cases/intake-routes.ts'
import { INTAKE_VALUE_CASES } from './cases/intake-values.ts'
import { LIVE_QUERY_CASES } from './cases/live-queries.ts'
import { LIVE_SUBSCRIPTION_CASES } from './cases/live-subscriptions.ts'
import { LIVE_TOPIC_CASES } from './cases/live-topics.ts'
import { LOGIN_CASES } from './cases/logins.ts'
import { LONG_POLL_CASES } from './cases/long-polls.ts'
import { PERMISSION_DECISION_CASES } from './cases/permission-decisions.ts'
import { PERMISSION_CASES } from './cases/permissions.ts'
import { READER_CASES } from './cases/reader.ts'
import { SERVER_HEALTH_CASES } from './cases/server-health.ts'
import { SESSION_CASES } from './cases/sessions.ts'
import { SETUP_CASES } from './cases/setup.ts'
import { SINGLE_RECORD_CASES } from './cases/single-records.ts'
import { SQL_ACCESS_CASES } from './cases/sql-access.ts'
import { SQL_TABLE_CHANGE_CASES } from './cases/sql-changes-of-tables.ts'
import { SQL_COLUMN_CASES } from './cases/sql-columns.ts'
import { SQL_LANGUAGE_CASES } from './cases/sql-language.ts'
import { SQL_NAMESPACE_CASES } from './cases/sql-namespaces.ts'
import { SQL_QUERY_CASES } from './cases/sql-queries.ts'
import { SQL_REQUEST_CASES } from './cases/sql-requests.ts'
import { SQL_ROW_CASES } from './cases/sql-rows.ts'
import { SQL_SOURCE_CASES } from './cases/sql-sources.ts'
import { SQL_STORAGE_CASES } from './cases/sql-storages.ts'
import { SQL_SYSTEM_CASES } from './cases/sql-system.ts'
import { SQL_TABLE_CASES } from './cases/sql-tables.ts'
import { SQL_TOPIC_TABLE_CASES } from './cases/sql-topic-tables.ts'
import { SQL_TOPIC_CASES } from './cases/sql-topics.ts'
import { SQL_USER_CASES } from './cases/sql-users.ts'
import { TOKEN_CASES } from './cases/tokens.ts'
import { TOPIC_NAME_CASES } from './cases/topic-names.ts'
import { WEBSOCKET_CONNECTION_CASES } from './cases/websocket-connections.ts'
import { WEBSOCKET_SESSION_CASES } from './cases/websocket-sessions.ts'

export const CASES: readonly ConformanceCase[] = [
  ...FETCH_REQUEST_CASES,
  ...FETCH_ANSWER_CASES,
  ...FETCH_OFFSET_CASES,
  ...FETCH_BUDGET_CASES,
  ...LONG_POLL_CASES,
  ...READER_CASES,
  ...SINGLE_RECORD_CASES,
  ...INTAKE_VALUE_CASES,
  ...INTAKE_JSON_CASES,
  ...INTAKE_HEADER_CASES,
  ...INTAKE_LIMIT_CASES,
  ...INTAKE_ROTATION_CASES,
  ...INTAKE_ORDER_CASES,
  ...INTAKE_ROUTE_CASES,
  ...INTAKE_OPTION_CASES,
  ...CONNECTION_CASES,
  ...CREDENTIAL_CASES,
  ...PERMISSION_DECISION_CASES,
  ...PERMISSION_CASES,
  ...TOPIC_NAME_CASES,
  ...CLIENT_ID_CASES,
  ...FAULT_CASES,
  ...SERVER_HEALTH_CASES,
  ...LOGIN_CASES,
  ...SESSION_CASES,
  ...TOKEN_CASES,
  ...SETUP_CASES,
  ...CONSUME_REQUEST_CASES,
  ...CONSUME_GROUP_CASES,
  ...CONSUME_WAIT_CASES,
  ...SQL_REQUEST_CASES,
  ...SQL_LANGUAGE_CASES,
  ...SQL_NAMESPACE_CASES,
  ...SQL_COLUMN_CASES,
  ...SQL_TABLE_CASES,
  ...SQL_TABLE_CHANGE_CASES,
  ...SQL_ROW_CASES,
  ...SQL_QUERY_CASES,
  ...SQL_ACCESS_CASES,
  ...SQL_USER_CASES,
  ...SQL_STORAGE_CASES,
  ...SQL_SYSTEM_CASES,
  ...SQL_TOPIC_CASES,
  ...SQL_SOURCE_CASES,
  ...SQL_TOPIC_TABLE_CASES,
  ...FILE_CASES,
  ...DOWNLOAD_CASES,
  ...WEBSOCKET_SESSION_CASES,
  ...WEBSOCKET_CONNECTION_CASES,
  ...LIVE_QUERY_CASES,
  ...LIVE_SUBSCRIPTION_CASES,
  ...LIVE_TOPIC_CASES,
]
