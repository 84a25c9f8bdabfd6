/**
 * How KalamDB's clients and operators ask for health (contract 2): from this machine alone, and without credentials. `/livez` and `/readyz`
 * answer everyone.
 *
 * One machine is a cluster of one node, which leads and is never behind.
 */
import type { ClusterHealth, LocalOnly, ServerHealth } from '@logbrook/contract/server-health'
import type { App, RequestContext, RouteContext } from '../../context.ts'

const NODE_ID = 1

export function registerServerHealth(app: App, { proximity }: RouteContext): void {
  for (const path of ['/health', '/v1/api/healthcheck']) {
    app.get(path, async (c) => {
      if (!proximity.isLocal(c.env.incoming)) return localOnly(c, 'Health endpoint')
      return c.json({ status: 'healthy', ...(await build()), api_version: 'v1' } satisfies ServerHealth)
    })
  }

  app.get('/v1/api/cluster/health', async (c) => {
    if (!proximity.isLocal(c.env.incoming)) return localOnly(c, 'Cluster health')
    return c.json(clusterOfOne(await build(), apiAddress(c)))
  })
}

type Build = Pick<ServerHealth, 'version' | 'build_date'>

/** Of no use before somebody asks. */
async function build(): Promise<Build> {
  const { buildDate, version } = await import('../../../version.ts')
  return { version, build_date: buildDate() }
}

function localOnly(c: RequestContext, what: string): Response {
  return c.json({ error: `Access denied. ${what} is localhost-only.` } satisfies LocalOnly, 403)
}

function apiAddress({ env }: RequestContext): string {
  const { localAddress = '', localPort } = env.incoming.socket
  return `http://${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`
}

function clusterOfOne(built: Build, address: string): ClusterHealth {
  return {
    status: 'healthy',
    ...built,
    is_cluster_mode: false,
    cluster_id: 'standalone',
    node_id: NODE_ID,
    is_leader: true,
    total_groups: 0,
    groups_leading: 0,
    current_term: 0,
    last_applied: null,
    millis_since_quorum_ack: null,
    nodes: [
      {
        node_id: NODE_ID,
        role: 'leader',
        status: 'active',
        api_addr: address,
        is_self: true,
        is_leader: true,
        replication_lag: null,
        catchup_progress_pct: null,
      },
    ],
  }
}
