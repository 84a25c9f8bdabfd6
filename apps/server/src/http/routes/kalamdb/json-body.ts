import { KALAMDB_JSON_BYTES_MAX } from '@logbrook/kafka/limits'
import type { z } from 'zod'
import type { Bindings } from '../../context.ts'
import { jsonBodyOf } from '../../request.ts'

/**
 * A body of the KalamDB dialect, held against its schema. Its Content-Type is not looked at: a page of another origin has been refused
 * before.
 *
 * @param load imports the schema: building schemas takes longer than starting the broker
 * @throws KafkaError PAYLOAD_TOO_LARGE, INVALID_REQUEST naming each field that is wrong
 */
export async function kalamdbBodyAs<T>(env: Bindings, load: () => Promise<z.ZodType<T>>): Promise<T> {
  const body = await jsonBodyOf(env, KALAMDB_JSON_BYTES_MAX)
  const [schema, { parseBody }] = await Promise.all([load(), import('@logbrook/contract/parse-body')])
  return parseBody(schema, body)
}
