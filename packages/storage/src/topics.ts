/**
 * The topics there are: made, grown, configured and deleted.
 *
 * - All of them are in memory; memory changes only after the transaction that changed the disk.
 * - A topic's id is never given again. Its partitions' slots are, once their rows are gone.
 */
import { randomBytes } from 'node:crypto'
import { KafkaError } from '@logbrook/kafka/errors'
import { OFFSETS_PER_PARTITION_MAX, PARTITIONS_MAX } from '@logbrook/kafka/limits'
import type { NewTopic, Topic, TopicId, TopicPartition } from '@logbrook/kafka/log'
import type { TopicConfig, TopicConfigKey } from '@logbrook/kafka/topic-config'
import { TOPIC_CONFIG_DEFAULTS } from '@logbrook/kafka/topic-config'
import { assertTopicName } from '@logbrook/kafka/topic-name'
import type { Database, Transact } from './database.ts'
import type { Partition } from './partitions.ts'
import { Slots } from './slots.ts'
import type { Sweeper } from './sweeper.ts'

export type ConfigChanges = { readonly [K in TopicConfigKey]?: TopicConfig[K] | null }

export interface TopicsOptions {
  readonly database: Database
  readonly transact: Transact
  readonly sweeper: Sweeper
  readonly newTopicId: () => TopicId
}

/** 128 random bits, as Kafka prints its topic ids. */
export function randomTopicId(): TopicId {
  return randomBytes(16).toString('base64url')
}

const ID_ATTEMPTS_MAX = 100

interface Entry {
  readonly topic: Topic
  readonly partitions: readonly Partition[]
}

interface TopicRow {
  readonly id: TopicId
  readonly name: string
  readonly config: string
  readonly created_ms: number
}

export class Topics {
  readonly #options: TopicsOptions
  readonly #slots = new Slots()
  readonly #byName = new Map<string, Entry>()
  readonly #byId = new Map<TopicId, Entry>()
  readonly #insertTopic
  readonly #insertPartition
  readonly #updateConfig
  readonly #deletePartitions
  readonly #deleteTopic

  constructor(options: TopicsOptions) {
    const { database } = options
    this.#options = options
    this.#insertTopic = database.prepare<[string, string, string, number]>(
      'INSERT INTO topic (id, name, config, created_ms) VALUES (?, ?, ?, ?)',
    )
    this.#insertPartition = database.prepare<[number, string, number, number]>(
      'INSERT INTO partition (slot, topic_id, partition, log_start_offset) VALUES (?, ?, ?, ?)',
    )
    this.#updateConfig = database.prepare<[string, string]>('UPDATE topic SET config = ? WHERE id = ?')
    this.#deletePartitions = database.prepare<[string]>('DELETE FROM partition WHERE topic_id = ?')
    this.#deleteTopic = database.prepare<[string]>('DELETE FROM topic WHERE id = ?')
    this.#load()
  }

  byName(name: string): Topic | undefined {
    return this.#byName.get(name)?.topic
  }

  /** By name, in order of code units. */
  list(): readonly Topic[] {
    const topics = Array.from(this.#byName.values(), ({ topic }) => topic)
    return topics.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  partition({ topicId, partition }: TopicPartition): Partition | undefined {
    return this.#byId.get(topicId)?.partitions[partition]
  }

  *partitions(): Generator<{ readonly topic: Topic; readonly partition: Partition }> {
    for (const { topic, partitions } of this.#byName.values()) for (const partition of partitions) yield { topic, partition }
  }

  async create({ name, partitions: count, config, logStartOffsets = [] }: NewTopic, createdMs: number): Promise<Topic> {
    assertTopicName(name)
    assertPartitionCount(name, count)
    assertLogStartOffsets(name, count, logStartOffsets)
    this.#assertNew(name)
    await this.#makeRoom(count)
    // Whoever else waited for room may have been first.
    this.#assertNew(name)
    const id = this.#newId()
    const slots = this.#freeSlots(count)
    this.#options.transact(() => {
      this.#insertTopic.run(id, name, JSON.stringify(config), createdMs)
      for (const [number, slot] of slots.entries()) this.#insertPartition.run(slot, id, number, logStartOffsets[number] ?? 0)
    })
    const partitions = slots.map((slot, number) => newPartition({ topicId: id, topicName: name, number, slot }))
    return this.#put({ topic: newTopic({ id, name, config, createdMs, partitions: count }), partitions })
  }

  async grow(topicId: TopicId, count: number): Promise<Topic> {
    const { topic } = this.#entry(topicId)
    assertPartitionCount(topic.name, count)
    if (count <= topic.partitions) {
      throw new KafkaError('INVALID_PARTITIONS', `topic ${topic.name} has ${topic.partitions} partitions; it cannot be grown to ${count}`)
    }
    await this.#makeRoom(count - topic.partitions)
    const entry = this.#entry(topicId)
    const present = entry.partitions.length
    if (count <= present)
      throw new KafkaError('INVALID_PARTITIONS', `topic ${topic.name} has been grown to ${present} partitions meanwhile`)
    const slots = this.#freeSlots(count - present)
    this.#options.transact(() => {
      for (const [i, slot] of slots.entries()) this.#insertPartition.run(slot, topicId, present + i, 0)
    })
    const added = slots.map((slot, i) => newPartition({ topicId, topicName: topic.name, number: present + i, slot }))
    return this.#put({ topic: { ...entry.topic, partitions: count }, partitions: [...entry.partitions, ...added] })
  }

  alterConfig(topicId: TopicId, changes: ConfigChanges): Topic {
    const entry = this.#entry(topicId)
    const config = withChanges(entry.topic.configOverrides, changes)
    this.#options.transact(() => this.#updateConfig.run(JSON.stringify(config), topicId))
    return this.#put({ ...entry, topic: newTopic({ ...entry.topic, config }) })
  }

  /** @returns the partitions there were, for whoever waits for them */
  delete(topicId: TopicId): readonly Partition[] {
    const { topic, partitions } = this.#entry(topicId)
    this.#options.transact(() => {
      for (const { slot } of partitions) this.#options.sweeper.mark(slot)
      this.#deletePartitions.run(topicId)
      this.#deleteTopic.run(topicId)
    })
    this.#byName.delete(topic.name)
    this.#byId.delete(topicId)
    for (const partition of partitions) {
      partition.isDeleted = true
      this.#slots.startSweep(partition.slot)
    }
    this.#options.sweeper.wake()
    return partitions
  }

  /** Knows none of them from now on, and deletes nothing. @returns the partitions there were, for whoever waits for them */
  abandon(): readonly Partition[] {
    const partitions = this.#byName
      .values()
      .flatMap((entry) => entry.partitions)
      .toArray()
    for (const partition of partitions) partition.isDeleted = true
    this.#byName.clear()
    this.#byId.clear()
    return partitions
  }

  /** All rows of a slot that were to be swept are gone. */
  swept(slot: number): void {
    this.#slots.endSweep(slot)
  }

  #entry(topicId: TopicId): Entry {
    const entry = this.#byId.get(topicId)
    if (entry === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic of id ${topicId}`)
    return entry
  }

  #put(entry: Entry): Topic {
    this.#byName.set(entry.topic.name, entry)
    this.#byId.set(entry.topic.id, entry)
    for (const { slot } of entry.partitions) this.#slots.take(slot)
    return entry.topic
  }

  #assertNew(name: string): void {
    if (this.#byName.has(name)) throw new KafkaError('TOPIC_ALREADY_EXISTS', `topic ${name} exists`)
  }

  /** Waits for slots of deleted topics, when there are not enough others. */
  async #makeRoom(count: number): Promise<void> {
    const { liveCount, freeCount } = this.#slots
    if (freeCount < count && liveCount + count <= PARTITIONS_MAX) await this.#options.sweeper.drain()
  }

  #freeSlots(count: number): readonly number[] {
    const slots = this.#slots.free(count)
    if (slots.length === count) return slots
    throw new KafkaError(
      'INVALID_PARTITIONS',
      `there is no room for ${count} more partitions: there are ${this.#slots.liveCount}; the limit is ${PARTITIONS_MAX}`,
    )
  }

  #newId(): TopicId {
    for (let attempt = 0; attempt < ID_ATTEMPTS_MAX; attempt++) {
      const id = this.#options.newTopicId()
      if (!this.#byId.has(id)) return id
    }
    throw new KafkaError('KAFKA_STORAGE_ERROR', `no topic id was found in ${ID_ATTEMPTS_MAX} attempts that is not taken`)
  }

  #load(): void {
    const { database } = this.#options
    const partitionRows = database
      .prepare<[], { topic_id: string; partition: number; slot: number }>(
        'SELECT topic_id, partition, slot FROM partition ORDER BY topic_id, partition',
      )
      .all()
    const byTopic = Map.groupBy(partitionRows, (row) => row.topic_id)
    for (const { id, name, config, created_ms } of database.prepare<[], TopicRow>('SELECT * FROM topic').all()) {
      const rows = byTopic.get(id) ?? []
      const partitions = rows.map(({ partition, slot }) => newPartition({ topicId: id, topicName: name, number: partition, slot }))
      const overrides = JSON.parse(config) as Partial<TopicConfig>
      this.#put({ topic: newTopic({ id, name, config: overrides, createdMs: created_ms, partitions: rows.length }), partitions })
    }
    const swept = database.prepare<[], { slot: number }>('SELECT slot FROM sweep WHERE slot NOT IN (SELECT slot FROM partition)').all()
    for (const { slot } of swept) this.#slots.startSweep(slot)
  }
}

function assertPartitionCount(name: string, count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= PARTITIONS_MAX) return
  throw new KafkaError(
    'INVALID_PARTITIONS',
    `topic ${name} cannot have ${count} partitions; it must be a whole number from 1 to ${PARTITIONS_MAX}`,
  )
}

function assertLogStartOffsets(name: string, count: number, offsets: readonly number[]): void {
  if (offsets.length !== 0 && offsets.length !== count) {
    throw new KafkaError('INVALID_REQUEST', `topic ${name} is to have ${count} partitions and ${offsets.length} log start offsets`)
  }
  const wrong = offsets.findIndex((offset) => !Number.isInteger(offset) || offset < 0 || offset > OFFSETS_PER_PARTITION_MAX)
  if (wrong === -1) return
  throw new KafkaError(
    'INVALID_REQUEST',
    `partition ${name}-${wrong} cannot start at offset ${offsets[wrong]}; it must be a whole number from 0 to ${OFFSETS_PER_PARTITION_MAX}`,
  )
}

function newTopic({ config, ...topic }: NewTopic & { readonly id: TopicId; readonly createdMs: number }): Topic {
  const { id, name, partitions, createdMs } = topic
  return { id, name, partitions, createdMs, config: { ...TOPIC_CONFIG_DEFAULTS, ...config }, configOverrides: config }
}

function newPartition(identity: Pick<Partition, 'topicId' | 'topicName' | 'number' | 'slot'>): Partition {
  return { ...identity, isDeleted: false, bounds: undefined }
}

function withChanges(overrides: Partial<TopicConfig>, changes: ConfigChanges): Partial<TopicConfig> {
  const merged = Object.entries({ ...overrides, ...changes }).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(merged)
}
