/**
 * What the calls of a fixture take: a field that is not known is refused, and not ignored. What the fields that are `given` hold is looked at
 * where it is used.
 */
import { closedObject } from '@logbrook/contract/closed-object'
import { z } from 'zod'
import { RECORD_FORMS } from './records.ts'

const given = z.unknown().optional()

export const ProduceOptionsBody = closedObject({ partition: given })

const READ_FIELDS = { partition: given, from: given, as: z.enum(RECORD_FORMS).optional() }

export const ReadOptionsBody = closedObject(READ_FIELDS)

export const WaitOptionsBody = closedObject({
  ...READ_FIELDS,
  within: given,
  count: given,
  where: z
    .custom((value) => typeof value === 'function', { error: 'expected a function that says of a record whether it is one' })
    .optional(),
  offset: given,
})

const QUESTION_FIELDS = {
  principal: given,
  operation: given,
  host: given,
  topic: given,
  group: given,
  cluster: z.literal(true).optional(),
}

export const AskedQuestion = z.object({ question: closedObject(QUESTION_FIELDS) })

/** Of a binding. */
export const AclOptionsBody = closedObject({
  ...QUESTION_FIELDS,
  permission_type: given,
  pattern_type: given,
  resource_type: given,
  resource_name: given,
})
