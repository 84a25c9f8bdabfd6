import { z } from 'zod'

/** The schemas that have a name in the OpenAPI document, under `#/components/schemas/`. */
export const COMPONENTS = z.registry<{ id: string }>()
