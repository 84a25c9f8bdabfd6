/** What `consume` and `tail` have in common: all but where they begin and when they end. */
import { wholeNumber } from '../arguments.ts'
import { JSON_OPTION } from '../command.ts'
import type { Option, Values } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { print } from '../shell.ts'
import type { Shell } from '../shell.ts'
import { compileFormat, jsonFormat } from './format.ts'
import { readRecords } from './read-records.ts'
import { parseStartOffset } from './start-offset.ts'

export const READ_OPTIONS = {
  partition: { type: 'string', short: 'p', multiple: true, placeholder: 'N', meaning: 'Read only this partition. Default: all.' },
  num: { type: 'string', short: 'n', placeholder: 'N', meaning: 'End after so many records.' },
  format: { type: 'string', short: 'f', placeholder: 'FORMAT', meaning: String.raw`How a record is printed. Default: '%v\n'.` },
  ...CONNECTION_OPTIONS,
  json: { ...JSON_OPTION, meaning: 'Print each record as a line of JSON.' },
} as const satisfies Record<string, Option>

export const FORMAT_HELP = [
  'FORMAT is what kcat and rpk take: %v or %s value, %k key, %h headers, %t topic, %p partition, %o offset, %T timestamp in ms,',
  String.raw`%S and %K bytes of value and key, %% a percent sign, \n \t \r \0 \\ \xNN.`,
].join('\n')

export interface PrintOptions {
  readonly shell: Shell
  readonly values: Values<typeof READ_OPTIONS>
  readonly topic: string
  /** As a person writes it. */
  readonly offset: string
  readonly follow: boolean
}

export async function printRecords({ shell, values, topic, offset, follow }: PrintOptions): Promise<void> {
  const start = parseStartOffset(offset)
  const maxRecords = values.num === undefined ? Infinity : wholeNumber('--num', values.num, { min: 0 })
  const partitions = values.partition?.flatMap((text) => text.split(',')).map((text) => wholeNumber('--partition', text, { min: 0 }))
  const format = values.json === true ? jsonFormat : compileFormat(values.format ?? String.raw`%v\n`)
  const client = await connect(shell, values)
  const records = readRecords(client, { topic, start, follow, maxRecords, ...(partitions === undefined ? {} : { partitions }) })
  for await (const record of records) await print(shell.stdout, format(topic, record))
}
