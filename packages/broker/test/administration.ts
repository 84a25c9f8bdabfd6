/** What tests of users, permissions and authentication stand on: the real storage, in memory, and a few callers. */
import { createManualClock } from '@logbrook/kafka/clock'
import type { ManualClock } from '@logbrook/kafka/clock'
import type { Principal } from '@logbrook/kafka/principal'
import { openStorage } from '@logbrook/storage/storage'
import type { Storage } from '@logbrook/storage/storage'
import type { Caller } from '../src/caller.ts'
import { createPermissions } from '../src/permissions.ts'
import type { PermissionsOptions } from '../src/permissions.ts'
import { createUsers } from '../src/users.ts'

export const ADMIN: Caller = { principal: 'User:admin', host: '10.0.0.1' }
export const ALICE: Caller = { principal: 'User:alice', host: '10.0.0.2' }

export interface Administration extends AsyncDisposable {
  readonly clock: ManualClock
  readonly storage: Storage
  readonly permissions: Awaited<ReturnType<typeof createPermissions>>
  readonly users: Awaited<ReturnType<typeof createUsers>>
}

/** ACLs are on and `User:admin` is a super user, unless told otherwise. */
export async function openAdministration(options: Partial<PermissionsOptions> = {}): Promise<Administration> {
  const clock = createManualClock()
  const storage = await openStorage({ location: 'memory', durability: 'os', clock, checkpoint: 'inline' })
  const superUsers: readonly Principal[] = [ADMIN.principal]
  const permissions = await createPermissions({ store: storage.acls, enabled: true, superUsers, allowWithoutBinding: false, ...options })
  const users = await createUsers({ store: storage.users, permissions, clock })
  return { clock, storage, permissions, users, [Symbol.asyncDispose]: () => storage.close() }
}
