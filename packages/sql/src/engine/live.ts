/** Live queries, inside of an engine: what they are of, the rows that there are, and which of them a change concerns. */
import type { Described, EngineRequest, LiveRows, MatchedRecords, WatchedChange, WatchedTable } from '../protocol.ts'
import type { RowChange } from './row-change.ts'
import type { Run } from './run.ts'

type LiveRequest<K extends EngineRequest['kind']> = Extract<EngineRequest, { readonly kind: K }>

/** @throws SqlError */
export function describeLive(run: Run, request: LiveRequest<'describe-live'>): Promise<Described> {
  throw new Error(`not yet: ${run.namespace} ${request.text}`)
}

/** @throws SqlError */
export function readLive(run: Run, request: LiveRequest<'read-live'>): Promise<LiveRows> {
  throw new Error(`not yet: ${run.namespace} ${request.text}`)
}

/** @throws SqlError */
export function matchRecords(run: Run, request: LiveRequest<'match-records'>): Promise<MatchedRecords> {
  throw new Error(`not yet: ${run.namespace} ${request.kind}`)
}

/** What each query that watches a row is told of its change; to be called inside of the change's transaction. */
export function watchedChanges(run: Run, watched: readonly WatchedTable[], change: RowChange): readonly WatchedChange[] {
  if (watched.length === 0) return []
  throw new Error(`not yet: ${run.namespace} ${change.operation}`)
}
