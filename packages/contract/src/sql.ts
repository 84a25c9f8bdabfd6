/** SQL as KalamDB has it: `/v1/api/sql`, and the envelope in which everything answers that takes a token. Unknown fields are ignored. */
import { SQL_PARAMETERS_MAX } from '@logbrook/kafka/limits'
import { z } from 'zod'
import { COMPONENTS } from './components.ts'

const Parameter = z
  .union([z.null(), z.boolean(), z.number(), z.string()])
  .describe('`$1` is the first; whole numbers over all of 64 bits, `3.0` is a double')

export const SqlRequest = z
  .looseObject({
    sql: z.string().describe('one statement, or several with semicolons between them'),
    params: z.array(Parameter).max(SQL_PARAMETERS_MAX).optional().describe('not with several statements'),
    namespace_id: z.string().optional().describe('where names without one are looked for; `default` by default'),
  })
  .register(COMPONENTS, { id: 'SqlRequest' })
export type SqlRequest = z.infer<typeof SqlRequest>

/** The same as a form. */
export const SqlForm = z
  .looseObject({
    sql: z.string(),
    params: z.string().optional().describe('a JSON array'),
    namespace_id: z.string().optional(),
  })
  .describe('and a part `file:NAME` for each `FILE("NAME")` of the statement')
  .register(COMPONENTS, { id: 'SqlForm' })

const SIMPLE_TYPES = [
  'Boolean',
  'SmallInt',
  'Int',
  'BigInt',
  'Float',
  'Double',
  'Text',
  'Bytes',
  'Json',
  'Timestamp',
  'DateTime',
  'Date',
  'Time',
  'Uuid',
  'File',
] as const

const SqlColumn = z
  .object({
    name: z.string(),
    data_type: z.union([
      z.enum(SIMPLE_TYPES),
      z.object({ Decimal: z.object({ precision: z.int(), scale: z.int() }) }),
      z.object({ Embedding: z.int().describe('how many numbers') }),
    ]),
    index: z.int().min(0),
    flags: z.array(z.string()).optional().describe('`pk`, `nn`'),
  })
  .register(COMPONENTS, { id: 'SqlColumn' })

const SqlResult = z
  .object({
    schema: z.array(SqlColumn).optional().describe('none where there are no columns'),
    rows: z
      .array(z.array(z.unknown()))
      .optional()
      .describe('BigInt, Decimal and times as strings, Bytes as base64, Json as text, File and Embedding as JSON'),
    row_count: z.int().min(0).describe('rows of the answer, or rows that were changed'),
    message: z.string().optional(),
    as_user: z.string().describe('whose rows they are'),
  })
  .register(COMPONENTS, { id: 'SqlResult' })

const Took = z.number().describe('milliseconds, with three decimals')

export const SqlResponse = z
  .object({ status: z.literal('success'), results: z.array(SqlResult), took: Took })
  .register(COMPONENTS, { id: 'SqlResponse' })
export type SqlResponse = z.infer<typeof SqlResponse>

export const SqlError = z
  .object({
    status: z.literal('error'),
    error: z.object({
      code: z.string().describe('`TOKEN_EXPIRED`, `INVALID_SQL`, `SQL_EXECUTION_ERROR`, `PERMISSION_DENIED`, …'),
      message: z.string(),
      details: z.string().optional().describe('the statement; for administrators'),
    }),
    results: z.array(z.never()).length(0),
    took: Took,
  })
  .register(COMPONENTS, { id: 'SqlError' })
export type SqlError = z.infer<typeof SqlError>
