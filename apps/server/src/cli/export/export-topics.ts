/** Topics of a broker into an archive: their records part by part, and at the end the manifest that names the parts. */
import type { Client } from '@logbrook/client/client'
import { ARCHIVE_FORMAT, ARCHIVE_MANIFEST, ARCHIVE_VERSION } from '@logbrook/contract/archive'
import type { ArchiveManifest, ArchivePartition, ArchiveTopic } from '@logbrook/contract/archive'
import type { FetchedRecord } from '@logbrook/contract/record'
import type { PartitionBody, TopicBody } from '@logbrook/contract/topics'
import type { OnRecords } from '../archive/progress.ts'
import type { ZipWriter } from '../archive/zip-writer.ts'
import { PartWriter } from './part-writer.ts'
import { readPartition } from './read-partition.ts'

export interface Export {
  readonly client: Client
  /** As they were described at the beginning: what comes later is not exported. */
  readonly topics: readonly TopicBody[]
  readonly zip: ZipWriter
  readonly onRecords: OnRecords
  readonly signal: AbortSignal
  /** The program and its version. */
  readonly writtenBy: string
  readonly nowMs: number
}

/** @throws LogbrookError, ArchiveError, or the signal's reason */
export async function exportTopics(given: Export): Promise<ArchiveManifest> {
  const topics: ArchiveTopic[] = []
  for (const topic of given.topics) topics.push(await exportTopic(given, topic))
  const manifest: ArchiveManifest = {
    format: ARCHIVE_FORMAT,
    version: ARCHIVE_VERSION,
    written_by: given.writtenBy,
    exported_at: given.nowMs,
    topics,
  }
  const entry = given.zip.begin(ARCHIVE_MANIFEST)
  await entry.write(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`))
  await entry.end()
  await given.zip.end()
  return manifest
}

async function exportTopic(given: Export, topic: TopicBody): Promise<ArchiveTopic> {
  const partitions: ArchivePartition[] = []
  for (const partition of topic.partitions) partitions.push(await exportPartition(given, topic, partition))
  const { id } = await given.client.topics.describe(topic.name)
  if (id !== topic.id) throw new Error(`topic ${topic.name} was deleted and created again while it was exported; export it again`)
  return { name: topic.name, config: topic.config ?? null, partitions }
}

async function exportPartition(given: Export, { name }: TopicBody, found: PartitionBody): Promise<ArchivePartition> {
  const { client, zip, onRecords, signal } = given
  const { partition, log_start_offset: fromOffset, high_watermark: endOffset } = found
  const writer = new PartWriter({ zip, topic: name, partition })
  for await (const page of readPartition(client, { topic: name, partition, fromOffset, endOffset, signal })) {
    await writer.write(page)
    await onRecords(page.length, bytesIn(page))
  }
  const parts = await writer.end()
  const logStartOffset = parts[0]?.base_offset ?? endOffset
  return { partition, log_start_offset: logStartOffset, high_watermark: endOffset, parts }
}

/** Of keys, values and headers: roughly, for base64 is not decoded to be counted. */
function bytesIn(records: readonly FetchedRecord[]): number {
  let characters = 0
  for (const { key, value, headers } of records) {
    characters += (key?.length ?? 0) + (value?.length ?? 0)
    for (const header of headers) characters += header.key.length + (header.value?.length ?? 0)
  }
  return Math.floor((characters * 3) / 4)
}
