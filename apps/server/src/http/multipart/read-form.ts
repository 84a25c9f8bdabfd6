/**
 * Multipart forms (RFC 7578), part by part as they come: fields in memory, files as streams that are read no faster than they are taken.
 *
 * - Limits hold while bytes arrive. Once something is refused nothing more is read; the rest is discarded after the answer (body.ts).
 * - However it ends, everyone who was given a stream has seen its end or its failure before the caller goes on.
 * - Names of files are UTF-8 as it stands, without folders.
 */
import type { IncomingMessage } from 'node:http'
import { Busboy } from '@fastify/busboy'
import type { BusboyFileStream, BusboyHeaders, BusboyInstance, Dicer } from '@fastify/busboy'
import { KafkaError } from '@logbrook/kafka/errors'
import { FORM_PART_HEADER_BYTES_MAX } from '@logbrook/kafka/limits'
import { payloadTooLarge } from '../body-buffer.ts'
import { RequestAborted } from '../body.ts'

export interface FormReader {
  /** Of the whole body. */
  readonly maxBytes: number
  /** Of any field's text. */
  readonly fieldBytesMax: number
  /** Of all parts together; one more is refused. */
  readonly partsMax: number
  /** By its name, before any of it is read. */
  readonly isFile: (name: string) => boolean
  /** `text` is cut off where it is longer than `fieldBytesMax`: `isCut`. */
  readonly field: (name: string, text: string, isCut: boolean) => void
  /** Takes all of `bytes`, or fails. */
  readonly file: (name: string, file: FormFile) => Promise<void>
}

export interface FormFile {
  /** As its sender calls it; empty where it does not say. */
  readonly filename: string
  /** Empty where it does not say. */
  readonly mime: string
  readonly bytes: AsyncIterable<Uint8Array>
}

/** @throws KafkaError INVALID_REQUEST for what is no form, PAYLOAD_TOO_LARGE; RequestAborted; what the reader throws */
export async function readForm(incoming: IncomingMessage, reader: FormReader): Promise<void> {
  if (Number(incoming.headers['content-length'] ?? 0) > reader.maxBytes) throw payloadTooLarge(reader.maxBytes)
  const parser = createParser(incoming, reader)
  const isTyped = watchTypes(parser)
  const { promise: parsed, resolve, reject } = Promise.withResolvers<void>()
  const streams: BusboyFileStream[] = []
  const taken: Promise<void>[] = []
  parser
    .on('field', (name, text, _, isCut) => {
      try {
        reader.field(name, text, isCut)
      } catch (error) {
        reject(error)
      }
    })
    .on('file', (name, stream, filename: string | undefined, _, mime) => {
      const work = reader.file(name, { filename: filename ?? '', mime: isTyped() ? mime : '', bytes: stream })
      work.catch(reject)
      // Who refuses a file before reading it does not hear that it failed.
      streams.push(stream.on('error', () => {}))
      taken.push(work)
    })
    .on('partsLimit', () => reject(malformed(`it has more than ${reader.partsMax} parts`)))
    .on('error', (error) => reject(malformed((error as Error).message)))
    .on('finish', resolve)
  const watch = watchBody(incoming, reader.maxBytes, reject)
  try {
    incoming.pipe(parser)
    await parsed
    await Promise.all(taken)
  } catch (error) {
    incoming.unpipe(parser).pause()
    for (const stream of streams) stream.destroy(error as Error)
    await Promise.allSettled(taken)
    throw error
  } finally {
    watch.stop()
  }
}

/** Of what a stream of a file holds before its reader takes it. */
const FILE_BUFFER_BYTES = 64 * 1024

function createParser(incoming: IncomingMessage, { isFile, fieldBytesMax, partsMax }: FormReader): BusboyInstance {
  try {
    return new Busboy({
      headers: incoming.headers as BusboyHeaders,
      fileHwm: FILE_BUFFER_BYTES,
      isPartAFile: (name = '') => isFile(name),
      limits: { fieldSize: fieldBytesMax, parts: partsMax, headerSize: FORM_PART_HEADER_BYTES_MAX },
    })
  } catch (error) {
    throw malformed((error as Error).message)
  }
}

/** Whether the part that was begun last says its type: the parser, which takes others for text, does not tell. */
function watchTypes(parser: BusboyInstance): () => boolean {
  const { parser: dicer } = (parser as unknown as { readonly _parser: { readonly parser: Dicer } })._parser
  let isTyped = false
  dicer.prependListener('part', (part) => part.prependListener('header', (header) => (isTyped = 'content-type' in header)))
  return () => isTyped
}

/** Calls `refuse` when too much has come, or when no more will. */
function watchBody(incoming: IncomingMessage, maxBytes: number, refuse: (error: Error) => void): { stop(): void } {
  let bytes = 0
  const onData = (chunk: Buffer): void => {
    bytes += chunk.length
    if (bytes > maxBytes) refuse(payloadTooLarge(maxBytes))
  }
  const onClose = (): void => {
    if (!incoming.complete) refuse(new RequestAborted())
  }
  incoming.on('data', onData).on('close', onClose)
  if (incoming.destroyed) onClose()
  return { stop: () => void incoming.off('data', onData).off('close', onClose) }
}

function malformed(reason: string): KafkaError {
  return new KafkaError('INVALID_REQUEST', `the body is no multipart form that can be read: ${reason}`)
}
