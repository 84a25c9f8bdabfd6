/**
 * What can be told of a request by its first line: which endpoint it asks, and the topics and partitions that it is about. The rest
 * of them comes with its body, or is the broker's to choose.
 */
import { ENDPOINTS } from '@logbrook/contract/endpoints'
import type { EndpointName } from '@logbrook/contract/endpoints'
import { decodeSegment, rawQuery } from '../http/raw-path.ts'
import { createSurfaces, ROOT_INTAKE_PATHS } from '../http/surfaces.ts'

export interface Place {
  readonly topic: string
  /** `unknown`: the broker has yet to choose one, or a body to name it. */
  readonly partition: number | 'all' | 'none' | 'unknown'
}

export interface Located {
  /** `null` for what no endpoint takes. */
  readonly endpoint: EndpointName | null
  /** `null` while it is not known what it is about. */
  readonly places: readonly Place[] | null
}

export type Locate = (method: string, target: string) => Located

const PATTERNS = Object.entries(ENDPOINTS).map(([name, { method, path }]) => ({
  endpoint: name as EndpointName,
  method,
  path: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}))

const ROOT_INTAKE: Readonly<Record<string, EndpointName>> = { '/api/v2/logs': 'sendLogs', '/v1/input': 'sendLogsV1' }

/** @param rootTopic where senders write that know no prefix */
export function createLocator(rootTopic: string | null): Locate {
  const surfaces = createSurfaces({ rootIntake: rootTopic !== null })

  return (method, target) => {
    const path = surfaces.routedPath(target)
    const asked = method === 'HEAD' ? 'GET' : method
    if (rootTopic !== null && ROOT_INTAKE_PATHS.includes(path)) {
      return { endpoint: asked === 'POST' ? ROOT_INTAKE[path]! : null, places: [{ topic: rootTopic, partition: 'unknown' }] }
    }
    for (const pattern of PATTERNS) {
      const match = pattern.method === asked ? pattern.path.exec(path) : null
      if (match !== null) return { endpoint: pattern.endpoint, places: placesOf(pattern.endpoint, match.groups ?? {}, target) }
    }
    return { endpoint: null, places: [] }
  }
}

function placesOf(endpoint: EndpointName, segments: Readonly<Record<string, string>>, target: string): readonly Place[] | null {
  const { about } = ENDPOINTS[endpoint]
  if (about === null) return []
  const query = new URLSearchParams(rawQuery(target))
  const topic = segments['topic'] === undefined ? query.get('topic') : decodeSegment(segments['topic'])
  if (topic === null) return null
  if (about === 'topic') return [{ topic, partition: 'none' }]
  const partitions = segments['partition'] === undefined ? query.getAll('partition') : [segments['partition']]
  if (partitions.length > 0) return partitions.map((text) => ({ topic, partition: partitionOf(text) }))
  return [{ topic, partition: endpoint === 'tail' ? 'all' : 'unknown' }]
}

/** What is no number is refused by whoever answers. */
function partitionOf(text: string): Place['partition'] {
  return /^\d{1,10}$/.test(text) ? Number(text) : 'none'
}
