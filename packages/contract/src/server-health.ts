/** Health as KalamDB says it: `/health`, `/v1/api/healthcheck` and `/v1/api/cluster/health`. */
import { z } from 'zod'
import { COMPONENTS } from './components.ts'

const BUILD = { version: z.string(), build_date: z.string().describe('of the commit that it was built from, ISO 8601; or `unknown`') }

export const ServerHealth = z
  .object({ status: z.literal('healthy'), ...BUILD, api_version: z.literal('v1') })
  .register(COMPONENTS, { id: 'ServerHealth' })
export type ServerHealth = z.infer<typeof ServerHealth>

const Count = z.int().min(0)

const ClusterNode = z
  .object({
    node_id: Count,
    role: z.string(),
    status: z.string(),
    api_addr: z.string(),
    is_self: z.boolean(),
    is_leader: z.boolean(),
    replication_lag: Count.nullable(),
    catchup_progress_pct: Count.max(100).nullable(),
  })
  .register(COMPONENTS, { id: 'ClusterNode' })

export const ClusterHealth = z
  .object({
    status: z.enum(['healthy', 'degraded', 'unhealthy']).describe('one machine is always `healthy`'),
    ...BUILD,
    is_cluster_mode: z.boolean(),
    cluster_id: z.string(),
    node_id: Count,
    is_leader: z.boolean(),
    total_groups: Count,
    groups_leading: Count,
    current_term: Count,
    last_applied: Count.nullable(),
    millis_since_quorum_ack: Count.nullable(),
    nodes: z.array(ClusterNode),
  })
  .register(COMPONENTS, { id: 'ClusterHealth' })
export type ClusterHealth = z.infer<typeof ClusterHealth>

/** What those are told who ask from elsewhere. */
export const LocalOnly = z.object({ error: z.string() }).register(COMPONENTS, { id: 'LocalOnly' })
export type LocalOnly = z.infer<typeof LocalOnly>
