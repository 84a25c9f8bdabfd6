import { suggestion } from '@logbrook/kafka/nearest'
import { z } from 'zod'

/**
 * An object that takes no fields but its own: a setting that is silently ignored is a lie. The refusal names the nearest known
 * field. For what callers send to us; answers stay open, so that they can grow.
 */
export function closedObject<const Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? unknownFields(issue.keys as readonly string[], known) : undefined),
  })
}

function unknownFields(unknown: readonly string[], known: readonly string[]): string {
  return unknown.map((field) => `unknown field ${JSON.stringify(field)}${suggestion(field, known)}`).join('; ')
}
