/** What a case needs done through the administration API; anything it refuses is the case's failure, in its own words. */
import type { Binding, GivenRecords, GivenTopic, GivenUser } from './case.ts'
import { Connection } from './connection.ts'
import { basicAuthorization } from './target.ts'
import type { Target } from './target.ts'

export interface Administration {
  createTopic(topic: GivenTopic): Promise<void>
  deleteTopic(name: string): Promise<void>
  trim(partition: { readonly topic: string; readonly partition: number; readonly beforeOffset: number }): Promise<void>
  produce(records: GivenRecords): Promise<void>
  createUser(user: GivenUser): Promise<void>
  changePassword(name: string, password: string): Promise<void>
  changeRole(name: string, role: NonNullable<GivenUser['role']>): Promise<void>
  deleteUser(name: string): Promise<void>
  addBindings(bindings: readonly Binding[]): Promise<void>
  deleteBindings(bindings: readonly Binding[]): Promise<void>
  /** The text at `path`, which has to be there. */
  get(path: string): Promise<string>
}

/** Records of any time stay for as long as a case takes. */
const KEPT = { 'retention.ms': -1 }
/** What a binding leaves out. */
const BINDING_DEFAULTS = { host: '*', permission_type: 'ALLOW', resource_type: 'TOPIC', pattern_type: 'LITERAL' }

export function createAdministration({ url, admin }: Pick<Target, 'url' | 'admin'>): Administration {
  async function call(method: string, path: string, value?: unknown): Promise<string> {
    const headers = {
      ...(admin === null ? {} : { Authorization: basicAuthorization(admin) }),
      ...(value === undefined ? {} : { 'Content-Type': 'application/json' }),
    }
    using connection = await Connection.open(url)
    const body = value === undefined ? {} : { body: JSON.stringify(value) }
    const response = await connection.exchange({ method, path, headers, ...body })
    if (response === null || response.status >= 300) {
      throw new Error(`could not prepare: ${method} ${path} answered ${response?.status ?? 'nothing'}: ${response?.body.toString() ?? ''}`)
    }
    return response.body.toString()
  }

  return {
    async createTopic({ name, partitions = 1, config = {} }) {
      await call('POST', '/v1/kafka/topics', { name, partitions, config: { ...KEPT, ...config } })
    },
    async deleteTopic(name) {
      await call('DELETE', `/v1/kafka/topics/${name}`)
    },
    async trim({ topic, partition, beforeOffset }) {
      await call('DELETE', `/v1/kafka/topics/${topic}/partitions/${partition}/records?before_offset=${beforeOffset}`)
    },
    async produce({ topic, partition, records }) {
      await call('POST', `/v1/kafka/topics/${topic}/records?partition=${partition}`, { records })
    },
    async createUser({ name, password, role = 'user' }) {
      await call('POST', '/v1/kafka/users', { name, password, role })
    },
    async changePassword(name, password) {
      await call('PATCH', `/v1/kafka/users/${encodeURIComponent(name)}`, { password })
    },
    async changeRole(name, role) {
      await call('PATCH', `/v1/kafka/users/${encodeURIComponent(name)}`, { role })
    },
    async deleteUser(name) {
      await call('DELETE', `/v1/kafka/users/${encodeURIComponent(name)}`)
    },
    async addBindings(bindings) {
      await call('POST', '/v1/kafka/acls', { bindings: bindings.map((binding) => ({ ...BINDING_DEFAULTS, ...binding })) })
    },
    async deleteBindings(bindings) {
      await call('DELETE', '/v1/kafka/acls', { filters: bindings.map((binding) => ({ ...BINDING_DEFAULTS, ...binding })) })
    },
    get: (path) => call('GET', path),
  }
}
