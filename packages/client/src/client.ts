/**
 * Logbrook's own API as calls, for Node and browsers: what `logbrook topics`, `consume` and the rest are made of.
 *
 * - Bodies are those of the contract, unchanged: keys and values are base64 (`toBase64`, `decodeRecord`).
 * - A call that fails throws a `LogbrookError`; one that is aborted throws its signal's reason.
 */
import type { AclBindingBody, AclFilter, AclList, ExplainRequest, ExplainResponse, NewAclBinding } from '@logbrook/contract/acls'
import type { FetchRequest, FetchResponse } from '@logbrook/contract/fetch'
import type { ProduceResponse } from '@logbrook/contract/produce'
import type { FetchedRecord, ProducedRecord } from '@logbrook/contract/record'
import type { AlterTopicRequest, CreateTopicRequest, OffsetList, TopicBody, TopicList, TrimmedPartition } from '@logbrook/contract/topics'
import type { AlterUserRequest, CreateUserRequest, PutUserRequest, UserBody, UserList } from '@logbrook/contract/users'
import { createConnection, jsonContent } from './connection.ts'
import type { Connection, ConnectionOptions, Content } from './connection.ts'
import { groupCalls } from './groups.ts'
import type { GroupCalls } from './groups.ts'
import { systemDelay } from './delay.ts'
import type { Delay } from './delay.ts'
import { sqlCall } from './sql.ts'
import type { SqlCall } from './sql.ts'
import { tailTopic } from './tail.ts'
import type { TailEvent, TailOptions, TailOutcome } from './tail.ts'

export interface ClientOptions extends ConnectionOptions {
  /** Instead of a timer, between two attempts of a tail to connect. */
  readonly delay?: Delay | undefined
}

interface ProduceOptions {
  /** Left out, the topic's partitions take turns. */
  readonly partition?: number | undefined
  readonly signal?: AbortSignal | undefined
}

interface RecordPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

export interface Client {
  readonly topics: TopicCalls
  readonly groups: GroupCalls
  readonly users: UserCalls
  readonly acls: AclCalls
  /** Appends records, all or none. */
  produce(topic: string, records: readonly ProducedRecord[], options?: ProduceOptions): Promise<ProduceResponse>
  /** Each line of the text is a record's value. */
  produceLines(topic: string, lines: string | Uint8Array<ArrayBuffer>, options?: ProduceOptions): Promise<ProduceResponse>
  /** One record, whose value is the whole body. */
  produceValue(topic: string, value: string | Uint8Array<ArrayBuffer>, options?: ProduceOptions): Promise<ProduceResponse>
  /** One of Kafka's record batches (magic 2), which is compressed in itself or not at all. */
  produceBatch(topic: string, batch: Uint8Array<ArrayBuffer>, options?: ProduceOptions): Promise<ProduceResponse>
  fetch(request: FetchRequest, options?: { readonly signal?: AbortSignal | undefined }): Promise<FetchResponse>
  record(place: RecordPlace): Promise<FetchedRecord>
  /** Records as they come. Resumes when the connection is lost; leaving the loop closes it. */
  tail(topic: string, options?: TailOptions): AsyncGenerator<TailEvent, TailOutcome>
  /** Runs statements of SQL, one after the other, until one fails. Asks for a user, whatever the broker asks of others. */
  readonly sql: SqlCall
  /** Resolves when the broker takes requests. */
  ready(): Promise<void>
}

interface TopicCalls {
  list(): Promise<TopicList['topics']>
  create(topic: CreateTopicRequest): Promise<TopicBody>
  describe(name: string): Promise<TopicBody>
  alter(name: string, changes: AlterTopicRequest): Promise<TopicBody>
  delete(name: string): Promise<void>
  /** Epoch milliseconds, ISO 8601, `earliest` or `latest`. */
  offsets(name: string, at?: number | string): Promise<OffsetList['partitions']>
  /** Deletes the records before an offset; −1 is the high watermark. */
  trim(name: string, partition: number, beforeOffset: number): Promise<TrimmedPartition>
}

interface UserCalls {
  list(): Promise<readonly UserBody[]>
  create(user: CreateUserRequest): Promise<UserBody>
  /** Creates or replaces. */
  put(name: string, user: PutUserRequest): Promise<UserBody>
  alter(name: string, changes: AlterUserRequest): Promise<UserBody>
  delete(name: string): Promise<void>
  /** Ends all sessions: no token that was issued before is worth anything. */
  rotateSecret(): Promise<void>
}

interface AclCalls {
  list(filter?: AclFilter): Promise<readonly AclBindingBody[]>
  create(bindings: readonly NewAclBinding[]): Promise<readonly AclBindingBody[]>
  /** Answers what was deleted. */
  delete(filters: readonly AclFilter[]): Promise<readonly AclBindingBody[]>
  explain(question: ExplainRequest): Promise<ExplainResponse>
}

const API = ['v1', 'kafka'] as const

export function createClient({ delay = systemDelay, user, password, ...options }: ClientOptions): Client {
  const connection = createConnection({ ...options, user, password })

  function produce(topic: string, body: Content, { partition, signal }: ProduceOptions = {}): Promise<ProduceResponse> {
    return connection.ask({ method: 'POST', path: [...API, 'topics', topic, 'records'], query: { partition }, body, signal })
  }

  return {
    topics: topicCalls(connection),
    groups: groupCalls(connection, API),
    users: userCalls(connection),
    acls: aclCalls(connection),
    produce: (topic, records, given) => produce(topic, jsonContent({ records }), given),
    produceLines: (topic, lines, given) => produce(topic, { type: 'application/x-ndjson', bytes: bytesOf(lines) }, given),
    produceValue: (topic, value, given) => produce(topic, { type: 'application/octet-stream', bytes: bytesOf(value) }, given),
    produceBatch: (topic, bytes, given) => produce(topic, { type: 'application/vnd.kafka.record-batch', plain: true, bytes }, given),
    fetch: (request, given) =>
      connection.ask({ method: 'POST', path: [...API, 'fetch'], body: jsonContent(request), signal: given?.signal }),
    record: ({ topic, partition, offset }) =>
      connection.ask({ method: 'GET', path: [...API, 'topics', topic, 'partitions', partition, 'records', offset] }),
    tail: (topic, given = {}) => tailTopic(connection, delay, topic, given),
    sql: sqlCall(createConnection(options), { user, password }),
    async ready() {
      await connection.ask({ method: 'GET', path: ['readyz'] })
    },
  }
}

function topicCalls({ ask, send }: Connection): TopicCalls {
  const path = [...API, 'topics']
  return {
    async list() {
      const { topics } = await ask<TopicList>({ method: 'GET', path })
      return topics
    },
    create: (topic) => ask({ method: 'POST', path, body: jsonContent(topic) }),
    describe: (name) => ask({ method: 'GET', path: [...path, name] }),
    alter: (name, changes) => ask({ method: 'PATCH', path: [...path, name], body: jsonContent(changes) }),
    async delete(name) {
      await send({ method: 'DELETE', path: [...path, name] })
    },
    async offsets(name, timestamp) {
      const { partitions } = await ask<OffsetList>({ method: 'GET', path: [...path, name, 'offsets'], query: { timestamp } })
      return partitions
    },
    trim: (name, partition, beforeOffset) =>
      ask({
        method: 'DELETE',
        path: [...path, name, 'partitions', partition, 'records'],
        query: { before_offset: beforeOffset },
      }),
  }
}

function userCalls({ ask, send }: Connection): UserCalls {
  const path = [...API, 'users']
  return {
    async list() {
      const { users } = await ask<UserList>({ method: 'GET', path })
      return users
    },
    create: (user) => ask({ method: 'POST', path, body: jsonContent(user) }),
    put: (name, user) => ask({ method: 'PUT', path: [...path, name], body: jsonContent(user) }),
    alter: (name, changes) => ask({ method: 'PATCH', path: [...path, name], body: jsonContent(changes) }),
    async delete(name) {
      await send({ method: 'DELETE', path: [...path, name] })
    },
    async rotateSecret() {
      await send({ method: 'DELETE', path: [...API, 'sessions'] })
    },
  }
}

function aclCalls({ ask }: Connection): AclCalls {
  const path = [...API, 'acls']
  return {
    async list(filter = {}) {
      const { bindings } = await ask<AclList>({ method: 'GET', path, query: filter })
      return bindings
    },
    async create(wanted) {
      const { bindings } = await ask<AclList>({ method: 'POST', path, body: jsonContent({ bindings: wanted }) })
      return bindings
    },
    async delete(filters) {
      const { bindings } = await ask<AclList>({ method: 'DELETE', path, body: jsonContent({ filters }) })
      return bindings
    },
    explain: (question) => ask({ method: 'POST', path: [...path, 'explain'], body: jsonContent(question) }),
  }
}

function bytesOf(content: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content
}
