/** Table `acl_binding`. */
import type { AclBinding } from '@logbrook/kafka/acl'
import { bindingMatchesFilter } from '@logbrook/kafka/acl'
import { KafkaError } from '@logbrook/kafka/errors'
import { ACL_BINDINGS_MAX } from '@logbrook/kafka/limits'
import type { AclStore } from '@logbrook/kafka/users'
import type { Database, Transact } from './database.ts'
import { guard } from './database.ts'

type Columns = [string, string, string, string, string, string, string]

const COLUMNS = 'resource_type, resource_name, pattern_type, principal, host, operation, permission_type'
const SELECT = `
  SELECT resource_type AS resourceType, resource_name AS resourceName, pattern_type AS patternType, principal, host, operation,
    permission_type AS permissionType
  FROM acl_binding ORDER BY ${COLUMNS}`

export function createAclStore(database: Database, transact: Transact): AclStore {
  const select = database.prepare<[], AclBinding>(SELECT)
  const count = database.prepare<[], { count: number }>('SELECT count(*) AS count FROM acl_binding')
  const insert = database.prepare<Columns>(`INSERT OR IGNORE INTO acl_binding (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`)
  const remove = database.prepare<Columns>(`DELETE FROM acl_binding WHERE (${COLUMNS}) = (?, ?, ?, ?, ?, ?, ?)`)

  return {
    async bindings() {
      return guard('could not read the ACL bindings', () => select.all())
    },
    async addBindings(bindings) {
      guard('could not keep the ACL bindings', () =>
        transact(() => {
          for (const binding of bindings) insert.run(...columnsOf(binding))
          assertCount(count.get()?.count ?? 0)
        }),
      )
    },
    async deleteBindings(filters) {
      return guard('could not delete ACL bindings', () =>
        transact(() => {
          const matching = select.all().filter((binding) => filters.some((filter) => bindingMatchesFilter(binding, filter)))
          for (const binding of matching) remove.run(...columnsOf(binding))
          return matching
        }),
      )
    },
  }
}

function assertCount(count: number): void {
  if (count <= ACL_BINDINGS_MAX) return
  throw new KafkaError('POLICY_VIOLATION', `there would be ${count} ACL bindings; the limit is ${ACL_BINDINGS_MAX}`)
}

function columnsOf(binding: AclBinding): Columns {
  const { resourceType, resourceName, patternType, principal, host, operation, permissionType } = binding
  return [resourceType, resourceName, patternType, principal, host, operation, permissionType]
}
