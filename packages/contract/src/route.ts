import type { ErrorName } from '@logbrook/kafka/errors'
import type { z } from 'zod'

/** Whose wire format a route speaks: it decides how errors look and how credentials come. */
export type Dialect =
  | 'own'
  | 'warpstream'
  | 'datadog'
  | 'kalamdb-auth'
  | 'kalamdb-topics'
  | 'kalamdb-sql'
  | 'kalamdb-health'
  | 'plain'
  | 'testing'

export interface Body {
  readonly contentType: string
  readonly schema: z.ZodType
  readonly description?: string
}

export interface QueryParameter {
  readonly name: string
  readonly schema: z.ZodType
  readonly required?: boolean
  /** Whether it may be given several times. */
  readonly repeated?: boolean
  readonly description: string
}

export interface Answer {
  readonly status: number
  readonly description: string
  /** None: the answer has no body. */
  readonly body?: Body
  readonly headers?: Readonly<Record<string, string>>
}

/** One endpoint: what the OpenAPI document says of it, and what the server is held to. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{parameters}` as in OpenAPI. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly dialect: Dialect
  /** The operation and resource that the authorizer is asked for, or why it is not asked. */
  readonly authorizes: string
  readonly query?: readonly QueryParameter[]
  /** The forms in which a body may come; none: the endpoint takes no body. */
  readonly bodies?: readonly Body[]
  readonly bodyRequired?: boolean
  readonly answer: Answer
  /** The errors of this endpoint beside those that every endpoint of its dialect may answer. */
  readonly errors: readonly ErrorName[]
}
