/** `logbrook sql`: the statements of an argument or of stdin, and, at a terminal, of whoever sits there. */
import { text } from 'node:stream/consumers'
import { UsageError } from '../../usage-error.ts'
import { oneOf } from '../arguments.ts'
import { defineCommand } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { parameterOf } from './parameter.ts'
import { printResults, RESULT_FORMATS } from './print-results.ts'

export const command = defineCommand({
  positionals: '[SQL]',
  options: {
    format: {
      type: 'string',
      short: 'f',
      placeholder: 'FORMAT',
      meaning: 'table, json (a line for each statement), ndjson or csv. Default: table.',
    },
    param: { type: 'string', short: 'P', multiple: true, placeholder: 'VALUE', meaning: 'What $1 stands for; the next one is $2.' },
    namespace: { type: 'string', short: 'n', placeholder: 'NAME', meaning: 'Where tables without one are looked for. Default: default.' },
    ...CONNECTION_OPTIONS,
  },
  details: [
    'Without SQL, statements are read from stdin. At a terminal they are asked for: a statement ends with a semicolon, \\d lists tables, \\d NAME',
    'describes one, \\q ends. A VALUE that is a number, true, false or null is that; anything else is text, "42" in double quotes too. SQL needs a',
    'user, also where the broker asks nobody else who they are: logbrook users create admin --role dba makes one.',
  ].join('\n'),
  examples: [
    'sql "SHOW TABLES" --user admin:secret',
    `sql "SELECT * FROM shop.orders WHERE id = $1" -P 42 -f json`,
    `sql "SELECT timestamp, json_extract(value, '$.level') FROM topic('logs') LIMIT 10"`,
    'sql < schema.sql',
    'sql',
  ],
  async run({ shell, values, positionals: [given] }) {
    const format = oneOf('--format', values.format ?? 'table', RESULT_FORMATS)
    const params = (values.param ?? []).map(parameterOf)
    const client = await connect(shell, values)
    if (given === undefined && shell.stdin.isTTY === true) {
      if (params.length > 0) throw new UsageError('--param is for one statement, which is an argument')
      const { promptForStatements } = await import('./prompt.ts')
      return await promptForStatements(shell, { client, format, namespace: values.namespace })
    }
    const { results } = await client.sql(given ?? (await text(shell.stdin)), { params, namespace: values.namespace })
    await printResults(shell.stdout, results, format)
  },
})
