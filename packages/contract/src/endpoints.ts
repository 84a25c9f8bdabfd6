/**
 * Every endpoint of the HTTP door by its name: what can be known of one without its schemas, which cost 30 ms to build.
 *
 * The names are the operation ids of the OpenAPI document.
 */

interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{parameters}` as in OpenAPI. */
  readonly path: string
  /** What a request of it is about, whether its path, its query or its body says so: a topic, a partition of one, or neither. */
  readonly about: 'partition' | 'topic' | null
}

export const ENDPOINTS = {
  fetch: { method: 'POST', path: '/v1/kafka/fetch', about: 'partition' },
  fetchByGet: { method: 'GET', path: '/v1/kafka/fetch', about: 'partition' },
  fetchSingleRecord: { method: 'GET', path: '/v1/kafka/fetch_single_record', about: 'partition' },
  fetchRecord: { method: 'GET', path: '/v1/kafka/topics/{topic}/partitions/{partition}/records/{offset}', about: 'partition' },

  sendLogs: { method: 'POST', path: '/dd/{topic}/api/v2/logs', about: 'partition' },
  sendLogsV1: { method: 'POST', path: '/dd/{topic}/v1/input', about: 'partition' },
  validateIntake: { method: 'GET', path: '/dd/{topic}/api/v1/validate', about: 'topic' },

  listTopics: { method: 'GET', path: '/v1/kafka/topics', about: null },
  createTopic: { method: 'POST', path: '/v1/kafka/topics', about: 'topic' },
  describeTopic: { method: 'GET', path: '/v1/kafka/topics/{topic}', about: 'topic' },
  alterTopic: { method: 'PATCH', path: '/v1/kafka/topics/{topic}', about: 'topic' },
  deleteTopic: { method: 'DELETE', path: '/v1/kafka/topics/{topic}', about: 'topic' },
  trimPartition: { method: 'DELETE', path: '/v1/kafka/topics/{topic}/partitions/{partition}/records', about: 'partition' },
  listOffsets: { method: 'GET', path: '/v1/kafka/topics/{topic}/offsets', about: 'topic' },
  produce: { method: 'POST', path: '/v1/kafka/topics/{topic}/records', about: 'partition' },
  tail: { method: 'GET', path: '/v1/kafka/topics/{topic}/tail', about: 'partition' },

  listUsers: { method: 'GET', path: '/v1/kafka/users', about: null },
  createUser: { method: 'POST', path: '/v1/kafka/users', about: null },
  putUser: { method: 'PUT', path: '/v1/kafka/users/{user}', about: null },
  alterUser: { method: 'PATCH', path: '/v1/kafka/users/{user}', about: null },
  deleteUser: { method: 'DELETE', path: '/v1/kafka/users/{user}', about: null },
  endSessions: { method: 'DELETE', path: '/v1/kafka/sessions', about: null },

  listAcls: { method: 'GET', path: '/v1/kafka/acls', about: null },
  createAcls: { method: 'POST', path: '/v1/kafka/acls', about: null },
  deleteAcls: { method: 'DELETE', path: '/v1/kafka/acls', about: null },
  explainAccess: { method: 'GET', path: '/v1/kafka/acls/explain', about: null },
  explainAccessByPost: { method: 'POST', path: '/v1/kafka/acls/explain', about: null },

  consume: { method: 'POST', path: '/v1/api/topics/consume', about: 'partition' },
  ack: { method: 'POST', path: '/v1/api/topics/ack', about: 'partition' },
  latestOffsets: { method: 'POST', path: '/v1/api/topics/latest-offsets', about: null },

  listGroups: { method: 'GET', path: '/v1/kafka/groups', about: null },
  describeGroup: { method: 'GET', path: '/v1/kafka/groups/{group}', about: null },
  commitOffsets: { method: 'POST', path: '/v1/kafka/groups/{group}/offsets', about: null },
  resetOffsets: { method: 'POST', path: '/v1/kafka/groups/{group}/reset', about: null },
  deleteGroup: { method: 'DELETE', path: '/v1/kafka/groups/{group}', about: null },

  sql: { method: 'POST', path: '/v1/api/sql', about: null },
  subscribe: { method: 'GET', path: '/v1/ws', about: null },
  downloadFile: { method: 'GET', path: '/v1/files/{namespace}/{table}/{subfolder}/{file_id}', about: null },

  login: { method: 'POST', path: '/v1/api/auth/login', about: null },
  refreshSession: { method: 'POST', path: '/v1/api/auth/refresh', about: null },
  logout: { method: 'POST', path: '/v1/api/auth/logout', about: null },
  me: { method: 'GET', path: '/v1/api/auth/me', about: null },
  setUp: { method: 'POST', path: '/v1/api/auth/setup', about: null },
  setupStatus: { method: 'GET', path: '/v1/api/auth/status', about: null },
  health: { method: 'GET', path: '/health', about: null },
  healthcheck: { method: 'GET', path: '/v1/api/healthcheck', about: null },
  clusterHealth: { method: 'GET', path: '/v1/api/cluster/health', about: null },

  live: { method: 'GET', path: '/livez', about: null },
  ready: { method: 'GET', path: '/readyz', about: null },
  metrics: { method: 'GET', path: '/metrics', about: null },
  openapi: { method: 'GET', path: '/openapi.json', about: null },
  home: { method: 'GET', path: '/', about: null },
} as const satisfies Readonly<Record<string, Endpoint>>

export type EndpointName = keyof typeof ENDPOINTS

export const ENDPOINT_NAMES = Object.keys(ENDPOINTS) as [EndpointName, ...EndpointName[]]

/** The beginning of its row in the table of routes. */
export function endpoint<Name extends EndpointName>(operationId: Name) {
  const { method, path } = ENDPOINTS[operationId]
  return { method, path, operationId }
}
