import { OPERATIONS } from '@logbrook/kafka/acl'
import { UsageError } from '../../usage-error.ts'
import { oneOf } from '../arguments.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { printJson, printLine } from '../shell.ts'
import { resources } from './options.ts'

export const command = defineCommand({
  positionals: '',
  options: {
    principal: { type: 'string', placeholder: 'User:NAME', meaning: 'Who asks.' },
    operation: { type: 'string', placeholder: 'OPERATION', meaning: 'read, write, create, delete, alter, describe, …' },
    topic: { type: 'string', placeholder: 'NAME', meaning: 'The topic that it is about.' },
    group: { type: 'string', placeholder: 'NAME', meaning: 'The consumer group that it is about.' },
    cluster: { type: 'boolean', meaning: 'It is about the cluster.' },
    host: { type: 'string', placeholder: 'HOST', meaning: 'Where the request comes from. Default: 127.0.0.1.' },
    ...CONNECTION_OPTIONS,
    json: JSON_OPTION,
  },
  examples: ['acls explain --principal User:alice --operation read --topic logs'],
  async run({ shell, values }) {
    const { principal, operation, topic, group, cluster = false, host } = values
    const [resource, another] = resources({
      ...(topic === undefined ? {} : { topic: [topic] }),
      ...(group === undefined ? {} : { group: [group] }),
      cluster,
    })
    if (principal === undefined) throw new UsageError('who? say --principal')
    if (operation === undefined) throw new UsageError('what? say --operation')
    if (resource?.resource_type === undefined || another !== undefined)
      throw new UsageError('on what? say one of --topic, --group, --cluster')
    const client = await connect(shell, values)
    const answer = await client.acls.explain({
      principal,
      operation: oneOf('--operation', operation, OPERATIONS),
      resource_type: resource.resource_type,
      ...(resource.resource_name === undefined ? {} : { resource_name: resource.resource_name }),
      ...(host === undefined ? {} : { host }),
    })
    if (values.json === true) await printJson(shell.stdout, answer)
    else await printLine(shell.stdout, answer.sentence)
  },
})
