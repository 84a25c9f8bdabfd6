/** Datadog's log intake. Each object of the array is kept as its own bytes: nothing in it is read or changed. */
import { z } from 'zod'
import { COMPONENTS } from './components.ts'

export const IntakeRequest = z
  .union([
    z.array(z.looseObject({})).describe('logs: each becomes one record, exactly as submitted'),
    z.strictObject({}).describe('a probe: checked as a batch would be, stores nothing'),
  ])
  .register(COMPONENTS, { id: 'IntakeRequest' })
export type IntakeRequest = z.infer<typeof IntakeRequest>

export const IntakeResponse = z.strictObject({}).register(COMPONENTS, { id: 'IntakeResponse' })
export type IntakeResponse = z.infer<typeof IntakeResponse>

export const ValidateResponse = z.object({ valid: z.literal(true) }).register(COMPONENTS, { id: 'ValidateResponse' })
export type ValidateResponse = z.infer<typeof ValidateResponse>
