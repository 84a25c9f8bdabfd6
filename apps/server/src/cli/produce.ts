/** `logbrook produce`: each argument, or else each line of stdin, is the value of one record, byte for byte. */
import type { Client } from '@logbrook/client/client'
import type { ProducedRecord } from '@logbrook/contract/record'
import { keyValues, wholeNumber } from './arguments.ts'
import { defineCommand, JSON_OPTION } from './command.ts'
import { connect, CONNECTION_OPTIONS } from './connect.ts'
import { printJson, printLine } from './shell.ts'
import type { Shell } from './shell.ts'

export const command = defineCommand({
  positionals: 'TOPIC [VALUE]...',
  options: {
    partition: { type: 'string', short: 'p', placeholder: 'N', meaning: 'Partition. Default: they take turns.' },
    key: { type: 'string', short: 'k', placeholder: 'KEY', meaning: 'Key of every record.' },
    header: { type: 'string', short: 'H', multiple: true, placeholder: 'KEY=VALUE', meaning: 'Header of every record.' },
    ...CONNECTION_OPTIONS,
    json: JSON_OPTION,
  },
  details: 'What has arrived on stdin is sent at once, so that records of a slow source do not wait for it to end.',
  examples: [`produce logs '{"message":"hello"}'`, 'produce logs < lines.ndjson', 'produce logs -k alice -H source=web -p 0 hello'],
  async run({ shell, values, positionals: [topic = '', ...texts] }) {
    const partition = values.partition === undefined ? undefined : wholeNumber('--partition', values.partition, { min: 0 })
    const key = values.key === undefined ? null : base64(values.key)
    const headers = keyValues('--header', values.header ?? []).map(([name, value]) => ({ key: name, value: base64(value) }))
    const client = await connect(shell, values)
    const batches = texts.length > 0 ? [texts.map((text) => Buffer.from(text))] : linesOf(shell.stdin)
    for await (const lines of batches) {
      const records = lines.map((line) => ({ key, headers, value: line.toString('base64') }))
      await send({ client, shell, json: values.json === true, topic, partition, records })
    }
  },
})

interface Sending {
  readonly client: Client
  readonly shell: Shell
  readonly json: boolean
  readonly topic: string
  readonly partition: number | undefined
  readonly records: readonly ProducedRecord[]
}

async function send({ client, shell, json, topic, partition: wanted, records }: Sending): Promise<void> {
  const answer = await client.produce(topic, records, { partition: wanted })
  const { partition, base_offset: offset, record_count: count } = answer
  if (json) await printJson(shell.stdout, { topic, ...answer })
  else await printLine(shell.stdout, `${count} record${count === 1 ? '' : 's'} at partition ${partition}, offset ${offset}`)
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

const NEWLINE = 0x0a

/** The whole lines of each chunk; what follows the last newline is a line too, unless it is nothing. */
async function* linesOf(stdin: Shell['stdin']): AsyncGenerator<readonly Buffer[]> {
  let rest: Buffer[] = []
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    const lines: Buffer[] = []
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(Buffer.concat([...rest, chunk.subarray(start, end)]))
      rest = []
      start = end + 1
    }
    rest.push(chunk.subarray(start))
    if (lines.length > 0) yield lines
  }
  const last = Buffer.concat(rest)
  if (last.length > 0) yield [last]
}
