/** Bodies of our own API that describe what they want, held against their schema. */
import { KafkaError } from '@logbrook/kafka/errors'
import type { z } from 'zod'
import type { Bindings } from './context.ts'
import { jsonBodyOf } from './request.ts'

/**
 * @param load imports the schema: building schemas takes longer than starting the broker, and most brokers never need them
 * @throws KafkaError UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, INVALID_REQUEST naming each field that is wrong
 */
export async function bodyAs<T>(env: Bindings, load: () => Promise<z.ZodType<T>>): Promise<T> {
  const body = await describingBody(env)
  const [schema, { parseBody }] = await Promise.all([load(), import('@logbrook/contract/parse-body')])
  return parseBody(schema, body)
}

/**
 * The body, when it says that it is JSON: a web page of another origin can send other types to a broker on this machine without
 * being asked.
 *
 * @throws KafkaError UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, INVALID_REQUEST
 */
export async function describingBody(env: Bindings): Promise<unknown> {
  const type = mediaTypeOf(env)
  if (type !== 'application/json') {
    const given = type === '' ? 'missing' : JSON.stringify(type)
    throw new KafkaError('UNSUPPORTED_MEDIA_TYPE', `Content-Type is ${given}; it must be application/json`)
  }
  return await jsonBodyOf(env)
}

/** In lower case and without parameters; empty where there is none. */
export function mediaTypeOf({ incoming }: Bindings): string {
  const type = incoming.headers['content-type'] ?? ''
  return type.split(';', 1)[0]!.trim().toLowerCase()
}
