/** Reads the manifest of an archive, and holds what it says against itself. Every refusal names the key. */
import { isUtf8 } from 'node:buffer'
import { ARCHIVE_FORMAT, ARCHIVE_MANIFEST, ARCHIVE_VERSION, ArchiveManifest } from '@logbrook/contract/archive'
import type { ArchivePart, ArchivePartition, ArchiveTopic } from '@logbrook/contract/archive'
import { parseBody } from '@logbrook/contract/parse-body'
import { ARCHIVE_PART_BYTES_MAX, OFFSETS_PER_PARTITION_MAX } from '@logbrook/kafka/limits'
import { parseTopicConfig } from '@logbrook/kafka/topic-config'
import { topicNameProblem } from '@logbrook/kafka/topic-name'
import { ArchiveError } from '../archive/archive-error.ts'

/** @throws ArchiveError, KafkaError INVALID_REQUEST or SyntaxError, which say what is wrong */
export function parseManifest(bytes: Buffer): ArchiveManifest {
  if (!isUtf8(bytes)) throw new ArchiveError('it is not UTF-8')
  const raw = JSON.parse(bytes.toString('utf8')) as unknown
  assertVersion(raw)
  const manifest = parseBody(ArchiveManifest, raw)
  const names = new Set<string>()
  const entries = new Set([ARCHIVE_MANIFEST])
  for (const [i, topic] of manifest.topics.entries()) {
    if (names.has(topic.name)) throw new ArchiveError(`topics[${i}].name: ${JSON.stringify(topic.name)} is named twice`)
    names.add(topic.name)
    checkTopic(topic, `topics[${i}]`, entries)
  }
  return manifest
}

/** Before anything else is looked at: what a later version has to say would be taken for mistakes. */
function assertVersion(raw: unknown): void {
  const { format, version } = (typeof raw === 'object' ? (raw ?? {}) : {}) as { readonly format?: unknown; readonly version?: unknown }
  if (format !== ARCHIVE_FORMAT) throw new ArchiveError(`format is ${JSON.stringify(format)}; it must be ${JSON.stringify(ARCHIVE_FORMAT)}`)
  if (version === ARCHIVE_VERSION) return
  throw new ArchiveError(`version is ${JSON.stringify(version)}; this Logbrook reads version ${ARCHIVE_VERSION}`)
}

function checkTopic({ name, config, partitions }: ArchiveTopic, path: string, entries: Set<string>): void {
  const problem = topicNameProblem(name)
  if (problem !== null) throw new ArchiveError(`${path}.name: ${problem}`)
  try {
    parseTopicConfig(config ?? {})
  } catch (error) {
    throw new ArchiveError(`${path}.config: ${(error as Error).message}`, { cause: error })
  }
  for (const [i, partition] of partitions.entries()) {
    assertIs(`${path}.partitions[${i}].partition`, partition.partition, i)
    checkPartition(partition, `${path}.partitions[${i}]`, entries)
  }
}

/** The parts follow on each other from the log start to the high watermark. */
function checkPartition(partition: ArchivePartition, path: string, entries: Set<string>): void {
  const { log_start_offset: logStart, high_watermark: highWatermark, parts } = partition
  if (highWatermark > OFFSETS_PER_PARTITION_MAX) {
    throw new ArchiveError(`${path}.high_watermark is ${highWatermark}; the limit is ${OFFSETS_PER_PARTITION_MAX}`)
  }
  let next = logStart
  for (const [i, part] of parts.entries()) {
    assertIs(`${path}.parts[${i}].base_offset`, part.base_offset, next)
    checkPart(part, `${path}.parts[${i}]`, entries)
    next += part.record_count
  }
  if (next !== highWatermark) throw new ArchiveError(`${path}.high_watermark is ${highWatermark}; its records end at ${next}`)
}

function checkPart({ entry, bytes }: ArchivePart, path: string, entries: Set<string>): void {
  if (entries.has(entry)) throw new ArchiveError(`${path}.entry: ${JSON.stringify(entry)} is named twice`)
  entries.add(entry)
  if (bytes > ARCHIVE_PART_BYTES_MAX) throw new ArchiveError(`${path}.bytes is ${bytes}; the limit is ${ARCHIVE_PART_BYTES_MAX}`)
}

function assertIs(path: string, actual: number, expected: number): void {
  if (actual !== expected) throw new ArchiveError(`${path} is ${actual}; it must be ${expected}`)
}
