/**
 * The log, as everything above it sees it: topics, partitions, offsets, bytes, deadlines and abort signals, and nothing of
 * how they are kept. SQLite stands behind it today; a writer thread or a Kafka cluster can stand behind the same interface.
 *
 * - Offsets of a partition are dense, start where its topic was created to start, at 0 as a rule, and are never given twice.
 * - A resolved `append` is durable (as durable as configured) and visible to every later call.
 * - Administration is synchronous: what it answered is visible to the next call.
 * - What is asked of a topic is asked by its id, so that a topic deleted and created again is not mistaken for its namesake.
 */
import type { MovedGroup } from './groups.ts'
import type { KeyedRecords, RecordSlice, VerbatimRecords } from './record.ts'
import type { TopicConfig } from './topic-config.ts'

/** Unique for ever: a deleted topic's id is not used again. 22 characters, as Kafka prints its topic ids. */
export type TopicId = string

export interface Topic {
  readonly id: TopicId
  readonly name: string
  readonly partitions: number
  /** Every key, with defaults filled in. */
  readonly config: TopicConfig
  /** The keys that were set. */
  readonly configOverrides: Partial<TopicConfig>
  readonly createdMs: number
}

export interface NewTopic {
  readonly name: string
  readonly partitions: number
  readonly config: Partial<TopicConfig>
  /** By partition number; 0 for all where it is not given. A log that moved here keeps its offsets by it. */
  readonly logStartOffsets?: readonly number[]
}

export interface TopicPartition {
  readonly topicId: TopicId
  readonly partition: number
}

/** `logStartOffset ≤ lastStableOffset ≤ highWatermark`; records lie at `[logStartOffset, highWatermark)`. */
export interface Watermarks {
  readonly logStartOffset: number
  readonly lastStableOffset: number
  readonly highWatermark: number
}

/** What a reader is told of a partition that it may not know or that there is not. */
export const NO_WATERMARKS: Watermarks = { logStartOffset: -1, lastStableOffset: -1, highWatermark: -1 }

export interface AppendRequest extends TopicPartition {
  readonly records: VerbatimRecords | KeyedRecords
  /** The broker's clock: the time of verbatim records, and when the append happened. Epoch milliseconds. */
  readonly timestampMs: number
  /** What the producer goes by to append each of its records once: kept with them, or not at all, in place of the one before it. */
  readonly producerPosition?: number
}

/** How far the producer that numbers its records has come in a partition. */
export interface ProducerPosition extends TopicPartition {
  readonly position: number
}

export interface AppendResult {
  readonly baseOffset: number
  /** The high watermark after the append. */
  readonly highWatermark: number
}

export interface ReadRequest extends TopicPartition {
  readonly fromOffset: number
  /** Only records below the last stable offset, when `read_committed`. */
  readonly isolationLevel: IsolationLevel
  /** Bytes of keys, values and headers. */
  readonly maxBytes: number
  readonly maxRecords: number
  /** Answer one record even if it alone exceeds `maxBytes`, so that a reader always progresses. */
  readonly atLeastOne: boolean
}

export type IsolationLevel = 'read_uncommitted' | 'read_committed'

/** A value, not an exception: one partition's trouble is not its neighbour's. */
export interface ReadResult {
  readonly error: 'NONE' | 'OFFSET_OUT_OF_RANGE' | 'UNKNOWN_TOPIC_OR_PARTITION' | 'KAFKA_STORAGE_ERROR'
  readonly watermarks: Watermarks
  readonly slices: readonly RecordSlice[]
  readonly recordCount: number
  readonly byteCount: number
}

export interface WaitRequest {
  /** Wakes when a partition's high watermark is, or gets, above `offset`. */
  readonly positions: readonly (TopicPartition & { readonly offset: number })[]
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** `gone`: one of the topics was deleted. `closing`: the log is being closed. */
export type WaitOutcome = 'appended' | 'timeout' | 'aborted' | 'gone' | 'closing'

export interface OffsetAtTime {
  readonly offset: number
  readonly timestampMs: number
}

/** Where records lie after a trim, and the groups that had yet to read what is gone. */
export interface Trimmed extends Watermarks {
  readonly movedGroups: readonly MovedGroup[]
}

export interface RetentionResult {
  readonly topic: string
  readonly partition: number
  readonly deletedRecords: number
  readonly logStartOffset: number
  readonly movedGroups: readonly MovedGroup[]
}

export interface Log {
  /** @throws KafkaError TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS (also: no room for so many), INVALID_TOPIC_EXCEPTION, INVALID_REQUEST */
  createTopic(topic: NewTopic): Promise<Topic>
  topic(name: string): Promise<Topic | undefined>
  /** By name, in order. */
  topics(): Promise<readonly Topic[]>
  /** Grows to `partitions` in all. @throws KafkaError INVALID_PARTITIONS when that is not more than there are */
  addPartitions(topicId: TopicId, partitions: number): Promise<Topic>
  /** `null` puts a key back to its default. */
  alterConfig(topicId: TopicId, changes: { readonly [K in keyof TopicConfig]?: TopicConfig[K] | null }): Promise<Topic>
  /** Its records go at once for every reader; their room is given back in the background. */
  deleteTopic(topicId: TopicId): Promise<void>

  /**
   * Appends all records at contiguous offsets of one partition, or none.
   *
   * @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION, KAFKA_STORAGE_ERROR
   */
  append(request: AppendRequest): Promise<AppendResult>
  /** Of all partitions where one was ever appended with records. */
  producerPositions(): Promise<readonly ProducerPosition[]>
  read(request: ReadRequest): Promise<ReadResult>
  /** `undefined` for an unknown topic or partition. */
  watermarks(partition: TopicPartition): Promise<Watermarks | undefined>
  /** The first record at or after a time (Kafka's ListOffsets), or `null` when there is none. */
  offsetForTimestamp(partition: TopicPartition, timestampMs: number): Promise<OffsetAtTime | null>
  waitForAppend(request: WaitRequest): Promise<WaitOutcome>

  /**
   * Moves the log start offset up to `beforeOffset`, and committed offsets below it along.
   *
   * @throws KafkaError OFFSET_OUT_OF_RANGE above the high watermark
   */
  trim(partition: TopicPartition, beforeOffset: number): Promise<Trimmed>
  /** Deletes what `retention.ms` and `retention.bytes` no longer keep, in whole stored batches from the oldest on. */
  enforceRetention(nowMs: number): Promise<readonly RetentionResult[]>
}
