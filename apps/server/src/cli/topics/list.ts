import type { Client } from '@logbrook/client/client'
import { LogbrookError } from '@logbrook/client/error'
import type { TopicBody } from '@logbrook/contract/topics'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { printJson } from '../shell.ts'
import { printTable } from '../table.ts'

export const command = defineCommand({
  positionals: '',
  options: { ...CONNECTION_OPTIONS, json: JSON_OPTION },
  details: 'RECORDS are those that can be read now: what retention took away is not counted.',
  examples: ['topics', 'topics list --json'],
  async run({ shell, values }) {
    const client = await connect(shell, values)
    const topics = await client.topics.list()
    if (values.json === true) for (const topic of topics) await printJson(shell.stdout, topic)
    else {
      const names = topics.map(({ name }) => name)
      const rows = (await described(client, names)).map(({ name, partitions }) =>
        [name, partitions.length, recordCount(partitions)].map(String),
      )
      await printTable(shell.stdout, ['NAME', 'PARTITIONS', 'RECORDS'], rows)
    }
  },
})

/** Topics that are asked for at once: a broker may have thousands. */
const ASKED_AT_ONCE = 16

/** Without those that were deleted meanwhile. */
async function described(client: Client, names: readonly string[]): Promise<readonly TopicBody[]> {
  const found: TopicBody[] = []
  for (let i = 0; i < names.length; i += ASKED_AT_ONCE) {
    const some = await Promise.all(names.slice(i, i + ASKED_AT_ONCE).map((name) => client.topics.describe(name).catch(unlessGone)))
    found.push(...some.filter((topic) => topic !== undefined))
  }
  return found
}

function unlessGone(error: unknown): undefined {
  if (!(error instanceof LogbrookError) || error.code !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error
}

function recordCount(partitions: TopicBody['partitions']): number {
  return partitions.reduce((sum, { log_start_offset: logStart, high_watermark: end }) => sum + end - logStart, 0)
}
