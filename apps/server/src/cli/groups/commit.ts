import { PARTITION_NAMEABLE_MAX } from '@logbrook/kafka/limits'
import { UsageError } from '../../usage-error.ts'
import { wholeNumber } from '../arguments.ts'
import { defineCommand } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { printLine } from '../shell.ts'

export const command = defineCommand({
  positionals: 'GROUP TOPIC',
  options: {
    partition: { type: 'string', short: 'p', placeholder: 'N', meaning: 'The partition. Default: 0.' },
    offset: { type: 'string', short: 'o', placeholder: 'N', meaning: 'The next offset to be read. Must be given.' },
    ...CONNECTION_OPTIONS,
  },
  details: 'Unlike an acknowledgment it may move a group back, and unlike a reset it takes the offset as it is.',
  examples: ['groups commit workers logs -o 42', 'groups commit workers logs -p 3 -o 0'],
  async run({ shell, values, positionals: [groupId = '', topic = ''] }) {
    const partition = wholeNumber('--partition', values.partition ?? '0', { min: 0, max: PARTITION_NAMEABLE_MAX })
    if (values.offset === undefined) throw new UsageError('--offset is missing')
    const offset = wholeNumber('--offset', values.offset, { min: 0 })
    const client = await connect(shell, values)
    await client.groups.commit(groupId, [{ topic, partition, offset }])
    await printLine(shell.stdout, `group ${groupId} reads ${topic}, partition ${partition}, from offset ${offset} on`)
  },
})
