import { KafkaError } from '@logbrook/kafka/errors'

/** How a request body is compressed. */
export type ContentCoding = 'identity' | 'gzip' | 'deflate' | 'zstd'

/** By the names that senders use; `zstd1` is what Datadog's Python and Go clients call zstd. */
const CODINGS: Readonly<Record<string, ContentCoding>> = {
  identity: 'identity',
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  zstd: 'zstd',
  zstd1: 'zstd',
}

/**
 * Of a `Content-Encoding` header, absent, empty or with one coding.
 *
 * @throws KafkaError INVALID_REQUEST for any other coding, and for several
 */
export function contentCoding(header: string | undefined): ContentCoding {
  const name = (header ?? '').trim().toLowerCase() || 'identity'
  if (Object.hasOwn(CODINGS, name)) return CODINGS[name]!
  const problem = name.includes(',') ? 'names several codings; one is read' : 'is not read here'
  throw new KafkaError('INVALID_REQUEST', `Content-Encoding ${JSON.stringify(header)} ${problem}: ${Object.keys(CODINGS).join(', ')}`)
}
