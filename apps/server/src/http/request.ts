/** What routes ask of a request beside who sent it. */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { KafkaError } from '@logbrook/kafka/errors'
import { DESCRIPTION_BODY_BYTES_MAX } from '@logbrook/kafka/limits'
import { readBody } from './body.ts'
import type { Bindings } from './context.ts'
import { parseJson } from './json-body.ts'
import { rawQuery } from './raw-path.ts'

export function queryOf({ incoming }: Bindings): URLSearchParams {
  return new URLSearchParams(rawQuery(incoming.url ?? ''))
}

/**
 * The body of a request that describes what it wants, parsed. Read from Node's own stream, since a GET may have one; its
 * Content-Encoding is honoured, its Content-Type is the route's to ask for.
 *
 * @throws KafkaError INVALID_REQUEST when it is empty or not strict JSON, PAYLOAD_TOO_LARGE above `maxBytes`
 */
export async function jsonBodyOf({ incoming }: Bindings, maxBytes = DESCRIPTION_BODY_BYTES_MAX): Promise<unknown> {
  return parseJson(await jsonTextOf(incoming, maxBytes))
}

/** @throws KafkaError INVALID_REQUEST when it is empty or not UTF-8, PAYLOAD_TOO_LARGE above `maxBytes` */
export async function jsonTextOf(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  const contentEncoding = incoming.headers['content-encoding']
  const { bytes } = await readBody(incoming, { maxBytes, contentEncoding })
  if (bytes.length === 0) throw new KafkaError('INVALID_REQUEST', 'the body is empty; it must be a JSON object')
  if (!isUtf8(bytes)) throw new KafkaError('INVALID_REQUEST', 'the body is not UTF-8')
  return bytes.toString('utf8')
}
