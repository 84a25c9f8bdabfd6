/**
 * The one table of errors: every failure that leaves Logbrook by any door has a row here.
 *
 * - `code` is Kafka's number (protocol guide, "Error Codes"); `null` where Kafka has none.
 * - `status` is the HTTP status a door answers, unless its dialect says otherwise.
 * - The body is a matter of dialect: each HTTP surface renders the same error its own way.
 */
const TABLE = {
  UNKNOWN_SERVER_ERROR: { code: -1, status: 500, retriable: false, meaning: 'the broker failed in a way it did not expect' },
  NONE: { code: 0, status: 200, retriable: false, meaning: 'no error' },
  OFFSET_OUT_OF_RANGE: { code: 1, status: 404, retriable: false, meaning: 'no record is kept at that offset' },
  CORRUPT_MESSAGE: { code: 2, status: 500, retriable: true, meaning: 'a record batch is damaged' },
  UNKNOWN_TOPIC_OR_PARTITION: { code: 3, status: 404, retriable: true, meaning: 'this broker has no such topic or partition' },
  REQUEST_TIMED_OUT: { code: 7, status: 408, retriable: true, meaning: 'the request did not arrive or finish in time' },
  MESSAGE_TOO_LARGE: { code: 10, status: 413, retriable: false, meaning: 'a record is larger than its topic allows' },
  INVALID_TOPIC_EXCEPTION: { code: 17, status: 400, retriable: false, meaning: 'the topic name is not valid' },
  INVALID_GROUP_ID: { code: 24, status: 400, retriable: false, meaning: 'the group id is not valid' },
  TOPIC_AUTHORIZATION_FAILED: { code: 29, status: 403, retriable: false, meaning: 'the principal may not do this to the topic' },
  GROUP_AUTHORIZATION_FAILED: { code: 30, status: 403, retriable: false, meaning: 'the principal may not do this to the group' },
  CLUSTER_AUTHORIZATION_FAILED: { code: 31, status: 403, retriable: false, meaning: 'the principal may not do this to the cluster' },
  TOPIC_ALREADY_EXISTS: { code: 36, status: 409, retriable: false, meaning: 'a topic of that name exists' },
  INVALID_PARTITIONS: { code: 37, status: 400, retriable: false, meaning: 'the number of partitions is not possible' },
  INVALID_CONFIG: { code: 40, status: 400, retriable: false, meaning: 'a configuration key or value is not valid' },
  INVALID_REQUEST: { code: 42, status: 400, retriable: false, meaning: 'the request is malformed' },
  POLICY_VIOLATION: { code: 44, status: 403, retriable: false, meaning: 'the broker is configured not to do this' },
  KAFKA_STORAGE_ERROR: { code: 56, status: 500, retriable: true, meaning: 'the log could not be read or written' },
  SASL_AUTHENTICATION_FAILED: { code: 58, status: 401, retriable: false, meaning: 'credentials are missing or wrong' },
  GROUP_ID_NOT_FOUND: { code: 69, status: 404, retriable: false, meaning: 'there is no group of that id' },
  UNSUPPORTED_COMPRESSION_TYPE: { code: 76, status: 400, retriable: false, meaning: 'the record batch is compressed in an unknown way' },
  THROTTLING_QUOTA_EXCEEDED: { code: 89, status: 429, retriable: true, meaning: 'too many requests in too short a time' },
  RESOURCE_NOT_FOUND: { code: 91, status: 404, retriable: false, meaning: 'there is no such thing' },
  DUPLICATE_RESOURCE: { code: 92, status: 409, retriable: false, meaning: 'there is one already' },
  UNACCEPTABLE_CREDENTIAL: { code: 93, status: 400, retriable: false, meaning: 'the credential is not acceptable' },
  MISSING_AUTHORIZATION: { code: null, status: 401, retriable: false, meaning: 'the request carries no token' },
  AUTHENTICATION_ERROR: { code: null, status: 500, retriable: true, meaning: 'who is calling could not be found out' },
  TOKEN_EXPIRED: { code: null, status: 401, retriable: false, meaning: 'the token was good for a time that is over' },
  ACCOUNT_LOCKED: { code: null, status: 401, retriable: false, meaning: 'too many logins failed' },
  SETUP_REQUIRED: { code: null, status: 428, retriable: false, meaning: 'the first users are still to be made' },
  ALREADY_CONFIGURED: { code: null, status: 409, retriable: false, meaning: 'the first users have been made' },
  INVALID_USER_NAME: { code: null, status: 400, retriable: false, meaning: 'nobody can go by that name' },
  PAYLOAD_TOO_LARGE: { code: null, status: 413, retriable: false, meaning: 'the request body is larger than the broker takes' },
  METHOD_NOT_ALLOWED: { code: null, status: 405, retriable: false, meaning: 'the path does not take that method' },
  UNSUPPORTED_MEDIA_TYPE: { code: null, status: 415, retriable: false, meaning: 'the body is of a type the path does not take' },
  MISDIRECTED_REQUEST: { code: null, status: 421, retriable: false, meaning: 'the Host header names another server' },
  NOT_WRITABLE: { code: null, status: 503, retriable: true, meaning: 'the disk takes no writes' },
  SHUTTING_DOWN: { code: null, status: 503, retriable: true, meaning: 'the broker is stopping' },
} as const satisfies Record<string, ErrorRow>

interface ErrorRow {
  readonly code: number | null
  readonly status: number
  /** Whether the same request may succeed later without being changed (Kafka's `RetriableException`). */
  readonly retriable: boolean
  readonly meaning: string
}

export type ErrorName = keyof typeof TABLE

export const ERRORS: Readonly<Record<ErrorName, ErrorRow>> = TABLE

/**
 * What every layer throws for a failure that a caller can understand. Anything else that is thrown is a programmer's
 * mistake: logged with its stack and answered 500.
 *
 * The message names the thing and the limit: "record value is 9000000 bytes; the limit of topic logs is 8388608".
 */
export class KafkaError extends Error {
  override readonly name = 'KafkaError'
  readonly error: ErrorName

  constructor(error: ErrorName, message: string, options?: ErrorOptions) {
    super(message, options)
    this.error = error
  }

  /** Kafka's number, or `null` where Kafka has none. */
  get code(): number | null {
    return ERRORS[this.error].code
  }

  get status(): number {
    return ERRORS[this.error].status
  }

  get retriable(): boolean {
    return ERRORS[this.error].retriable
  }
}
