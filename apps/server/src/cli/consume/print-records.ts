/** What `consume` and `tail` have in common: all but where they begin and when they end. */
import { systemDelay } from '@logbrook/client/delay'
import type { TailedRecord } from '@logbrook/contract/record'
import { wholeNumber } from '../arguments.ts'
import { JSON_OPTION } from '../command.ts'
import type { Option, Values } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { print } from '../shell.ts'
import type { Shell } from '../shell.ts'
import { columnsOf, styleFor } from '../style.ts'
import { bytesOf, compileFormat, jsonFormat } from './format.ts'
import type { Format } from './format.ts'
import { prettyFormat } from './pretty-format.ts'
import { readRecords } from './read-records.ts'
import { parseStartOffset } from './start-offset.ts'
import { parseCondition } from './where.ts'

export const READ_OPTIONS = {
  where: {
    type: 'string',
    multiple: true,
    placeholder: 'CONDITION',
    meaning: 'Only records whose JSON holds that; repeated: all of them.',
  },
  partition: { type: 'string', short: 'p', multiple: true, placeholder: 'N', meaning: 'Read only this partition. Default: all.' },
  num: { type: 'string', short: 'n', placeholder: 'N', meaning: 'End after so many records.' },
  format: {
    type: 'string',
    short: 'f',
    placeholder: 'FORMAT',
    meaning: String.raw`How a record is printed. Default: '%v\n'; at a terminal JSON in colours.`,
  },
  ...CONNECTION_OPTIONS,
  json: { ...JSON_OPTION, meaning: 'Print each record as a line of JSON.' },
} as const satisfies Record<string, Option>

export const READ_HELP = [
  'CONDITION is a field and what it must be: level=error, level!=debug, message~timeout, path~/^\\/api/i, http.status>=500 (also >, <, <=),',
  'error.stack (it is there), !error.stack. Of a list, one item is enough. Where a field is not there, only != and ! hold.',
  '',
  'FORMAT is what kcat and rpk take: %v or %s value, %k key, %h headers, %t topic, %p partition, %o offset, %T timestamp in ms,',
  String.raw`%S and %K bytes of value and key, %% a percent sign, \n \t \r \0 \\ \xNN.`,
].join('\n')

export interface PrintOptions {
  readonly shell: Shell
  readonly values: Values<typeof READ_OPTIONS>
  readonly topic: string
  /** As a person writes it, and in which option. */
  readonly start: { readonly option: string; readonly text: string }
  readonly follow: boolean
}

export async function printRecords({ shell, values, topic, start, follow }: PrintOptions): Promise<void> {
  const { stdout, stderr, clock } = shell
  const options = {
    topic,
    start: parseStartOffset(start.option, start.text, clock.now()),
    follow: follow ? { stderr, delay: systemDelay } : null,
    partitions: values.partition?.flatMap((text) => text.split(',')).map((text) => wholeNumber('--partition', text, { min: 0 })),
  }
  const maxRecords = values.num === undefined ? Infinity : wholeNumber('--num', values.num, { min: 0 })
  const conditions = (values.where ?? []).map(parseCondition)
  const format = formatOf(values, stdout)
  const client = await connect(shell, values)
  if (maxRecords === 0) return
  let printed = 0
  for await (const record of readRecords(client, { ...options, maxRecords: conditions.length === 0 ? maxRecords : Infinity })) {
    if (conditions.length > 0 && !allHold(conditions, record)) continue
    await print(stdout, format(topic, record))
    if (++printed === maxRecords) return
  }
}

/** @throws UsageError */
function formatOf({ json, format }: PrintOptions['values'], stdout: Shell['stdout']): Format {
  if (json === true) return jsonFormat
  if (format === undefined && stdout.isTTY === true) return prettyFormat({ style: styleFor(stdout), columns: () => columnsOf(stdout) })
  return compileFormat(format ?? String.raw`%v\n`)
}

function allHold(conditions: readonly ReturnType<typeof parseCondition>[], { value }: TailedRecord): boolean {
  const json = jsonOf(value)
  return conditions.every((holds) => holds(json))
}

/** `undefined`, which has no fields, for what is not JSON. */
function jsonOf(base64: string | null): unknown {
  try {
    return JSON.parse(bytesOf(base64)?.toString() ?? '')
  } catch {
    return undefined
  }
}
