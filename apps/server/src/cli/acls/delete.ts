import { UsageError } from '../../usage-error.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { BINDING_OPTIONS, combinations, printBindings } from './options.ts'

export const command = defineCommand({
  positionals: '',
  options: {
    ...BINDING_OPTIONS,
    all: { type: 'boolean', meaning: 'Delete every binding there is.' },
    ...CONNECTION_OPTIONS,
    json: JSON_OPTION,
  },
  details: 'Deletes the bindings that hold what is asked for, word for word, and prints them.',
  examples: ['acls delete --allow-principal User:alice --topic logs', 'acls delete --topic app- --resource-pattern-type prefixed'],
  async run({ shell, values }) {
    const filters = combinations(values)
    const isEverything = filters.some((filter) => Object.keys(filter).length === 0)
    if (isEverything && values.all !== true) throw new UsageError('which? say what they hold, or --all')
    const client = await connect(shell, values)
    await printBindings(shell, await client.acls.delete(filters), values.json === true)
  },
})
