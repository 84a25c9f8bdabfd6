import { z } from 'zod'
import { COMPONENTS } from './components.ts'

/** `/livez` and `/readyz`. */
export const Health = z.object({ status: z.literal('ok') }).register(COMPONENTS, { id: 'Health' })
export type Health = z.infer<typeof Health>
