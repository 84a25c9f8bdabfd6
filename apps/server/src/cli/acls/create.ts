import type { AclFilter, NewAclBinding } from '@logbrook/contract/acls'
import { UsageError } from '../../usage-error.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { BINDING_OPTIONS, combinations, printBindings } from './options.ts'

export const command = defineCommand({
  positionals: '',
  options: { ...BINDING_OPTIONS, ...CONNECTION_OPTIONS, json: JSON_OPTION },
  details: 'Options may be repeated: all combinations are created. Without --operation: all operations.',
  examples: [
    'acls create --allow-principal User:alice --operation read --topic logs',
    'acls create --allow-principal User:shipper --operation write --topic app- --resource-pattern-type prefixed',
    "acls create --deny-principal 'User:*' --deny-host 10.0.0.9 --topic '*'",
  ],
  async run({ shell, values }) {
    const bindings = combinations(values).map(newBinding)
    const client = await connect(shell, values)
    await printBindings(shell, await client.acls.create(bindings), values.json === true)
  },
})

/** @throws UsageError for what cannot be left out */
function newBinding({ principal, operation = 'ALL', resource_type: type, resource_name: name, ...others }: AclFilter): NewAclBinding {
  if (principal === undefined) throw new UsageError('who? say --allow-principal or --deny-principal')
  if (type === undefined || name === undefined) throw new UsageError('on what? say --topic, --group or --cluster')
  return { ...others, principal, operation, resource_type: type, resource_name: name }
}
