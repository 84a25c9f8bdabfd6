import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { BINDING_OPTIONS, combinations, printBindings } from './options.ts'

export const command = defineCommand({
  positionals: '',
  options: { ...BINDING_OPTIONS, ...CONNECTION_OPTIONS, json: JSON_OPTION },
  details: 'Lists the bindings that hold what is asked for, word for word; all, when nothing is.',
  examples: ['acls', 'acls list --topic logs', 'acls list --allow-principal User:alice --json'],
  async run({ shell, values }) {
    const filters = combinations(values)
    const client = await connect(shell, values)
    const found = await Promise.all(filters.map((filter) => client.acls.list(filter)))
    await printBindings(shell, found.flat(), values.json === true)
  },
})
