/**
 * Archives of topics: what `logbrook export` writes into a zip file and `logbrook import` reads. docs/archive-format.md says it in words.
 *
 * - Closed throughout: a field that this version does not know would be lost by it.
 * - What the fields of a manifest say of each other and of the entries is the reader's to hold them to.
 */
import { RECORD_HEADERS_MAX } from '@logbrook/kafka/limits'
import { z } from 'zod'
import { closedObject } from './closed-object.ts'

export const ARCHIVE_FORMAT = 'logbrook-archive'
export const ARCHIVE_VERSION = 1
/** The entry that names all the others. */
export const ARCHIVE_MANIFEST = 'manifest.json'

const WholeNumber = z.int().min(0)
/** Text is kept as UTF-8, which has no halves of surrogate pairs. */
const Text = z.string().refine((text) => text.isWellFormed(), { error: 'holds half of a surrogate pair, which has no UTF-8' })

/** Bytes as text where they are UTF-8, else as standard padded base64: each in a field of its own, of which a record has one. */
const bytesFields = { value: Text.nullable().optional(), value_base64: z.string().optional() }

/** A line of a part. */
export const ArchivedRecord = closedObject({
  offset: WholeNumber,
  timestamp: WholeNumber,
  key: Text.nullable().optional(),
  key_base64: z.string().optional(),
  ...bytesFields,
  headers: z
    .array(closedObject({ key: Text, ...bytesFields }))
    .max(RECORD_HEADERS_MAX, { error: `a record has at most ${RECORD_HEADERS_MAX} headers` }),
})
export type ArchivedRecord = z.infer<typeof ArchivedRecord>

/** An entry of lines: records at `[base_offset, base_offset + record_count)`. */
const ArchivePart = closedObject({
  entry: z.string(),
  base_offset: WholeNumber,
  record_count: z.int().min(1),
  /** Of the entry, inflated. */
  bytes: z.int().min(1),
  /** Of the entry, inflated; as `unzip -v` prints it. */
  crc32: z.string().regex(/^[0-9a-f]{8}$/, { error: 'expected 8 hexadecimal digits, in lower case' }),
})
export type ArchivePart = z.infer<typeof ArchivePart>

const ArchivePartition = closedObject({
  partition: WholeNumber,
  log_start_offset: WholeNumber,
  high_watermark: WholeNumber,
  parts: z.array(ArchivePart),
})
export type ArchivePartition = z.infer<typeof ArchivePartition>

const ArchiveTopic = closedObject({
  name: z.string(),
  /** `null`: whoever exported might not see it. */
  config: z.record(z.string(), z.union([z.string(), z.number()])).nullable(),
  partitions: z.array(ArchivePartition).min(1),
})
export type ArchiveTopic = z.infer<typeof ArchiveTopic>

export const ArchiveManifest = closedObject({
  format: z.literal(ARCHIVE_FORMAT),
  version: z.literal(ARCHIVE_VERSION),
  /** The program, for people. */
  written_by: z.string(),
  /** Epoch milliseconds. */
  exported_at: WholeNumber,
  topics: z.array(ArchiveTopic),
})
export type ArchiveManifest = z.infer<typeof ArchiveManifest>
