/** The bodies in which the doors say what went wrong; all are rendered from one error table. */
import { ERRORS } from '@logbrook/kafka/errors'
import type { ErrorName } from '@logbrook/kafka/errors'
import { z } from 'zod'
import { COMPONENTS } from './components.ts'

const ErrorCode = z
  .enum(Object.keys(ERRORS) as [ErrorName, ...ErrorName[]])
  .describe("Kafka's name for the error, or ours where Kafka has none")
  .register(COMPONENTS, { id: 'ErrorCode' })

/** RFC 9457, `application/problem+json`: what our own API answers. */
export const Problem = z
  .object({
    type: z.string().describe('a URI that stands for the kind of problem'),
    title: z.string().describe('what the error means, the same for every occurrence'),
    status: z.int(),
    detail: z.string().describe('what went wrong this time; names the thing and the limit'),
    code: ErrorCode,
    message: z.string().describe('the same as `detail`'),
  })
  .register(COMPONENTS, { id: 'Problem' })
export type Problem = z.infer<typeof Problem>

/** What the fetch endpoints answer. */
export const FetchError = z.object({ code: ErrorCode, message: z.string() }).register(COMPONENTS, { id: 'FetchError' })
export type FetchError = z.infer<typeof FetchError>

/** What the Datadog intake answers: `errors` is the shape that Datadog's own clients show to people. */
export const IntakeError = z
  .object({
    code: ErrorCode,
    message: z.string(),
    errors: z.array(z.object({ status: z.string(), title: z.string(), detail: z.string() })),
  })
  .register(COMPONENTS, { id: 'IntakeError' })
export type IntakeError = z.infer<typeof IntakeError>
