import type { CommitRequest, GroupBody, GroupList, ResetRequest, ResetResponse } from '@logbrook/contract/groups'
import { jsonContent } from './connection.ts'
import type { Connection } from './connection.ts'

/** Consumer groups, and the offsets that they committed. */
export interface GroupCalls {
  list(): Promise<GroupList['groups']>
  describe(groupId: string): Promise<GroupBody>
  /** The next offset of each partition; all or none, and they may go back. */
  commit(groupId: string, offsets: CommitRequest['offsets']): Promise<void>
  /** Lets the group begin elsewhere; what it was handed is forgotten. */
  reset(groupId: string, reset: ResetRequest): Promise<ResetResponse['offsets']>
  delete(groupId: string): Promise<void>
}

export function groupCalls({ ask, send }: Connection, api: readonly string[]): GroupCalls {
  const path = [...api, 'groups']
  return {
    async list() {
      const { groups } = await ask<GroupList>({ method: 'GET', path })
      return groups
    },
    describe: (groupId) => ask({ method: 'GET', path: [...path, groupId] }),
    async commit(groupId, offsets) {
      await send({ method: 'POST', path: [...path, groupId, 'offsets'], body: jsonContent({ offsets }) })
    },
    async reset(groupId, reset) {
      const { offsets } = await ask<ResetResponse>({ method: 'POST', path: [...path, groupId, 'reset'], body: jsonContent(reset) })
      return offsets
    },
    async delete(groupId) {
      await send({ method: 'DELETE', path: [...path, groupId] })
    },
  }
}
