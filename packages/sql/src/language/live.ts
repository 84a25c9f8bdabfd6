/** Live queries, and what can be ended. */
import { readOptions, wordsBeforeTrailing } from './options.ts'
import type { StatementReader } from './reader.ts'
import type { Statement, SubscribeOptions } from './statement.ts'

/** `SUBSCRIBE TO <table or topic('name')> [WHERE …]` or `SUBSCRIBE TO SELECT …`, either with `[OPTIONS (…)]`. */
export function subscribe(reader: StatementReader): Statement {
  const whole = reader.sees('SELECT')
  const text = reader.text('a table', wordsBeforeTrailing(reader, 'OPTIONS'))
  const options = reader.takes('OPTIONS') ? readSubscribeOptions(reader) : { lastRows: null, batchSize: null, from: null }
  return { kind: 'subscribe', text: whole ? text : `SELECT * FROM ${text}`, options }
}

export function kill(reader: StatementReader, kind: 'kill-live-query' | 'kill-job'): Statement {
  return { kind, id: reader.nameOrString('an id') }
}

function readSubscribeOptions(reader: StatementReader): SubscribeOptions {
  const options: { lastRows: number | null; batchSize: number | null; from: bigint | null } = {
    lastRows: null,
    batchSize: null,
    from: null,
  }
  for (const [name, value] of readOptions(reader)) {
    const number = readNumber(reader, name, value)
    if (name === 'LAST_ROWS') options.lastRows = Number(number)
    else if (name === 'BATCH_SIZE') options.batchSize = Number(number)
    else if (name === 'FROM' || name === 'FROM_SEQ_ID') options.from = number
    else reader.refuse(`unknown option '${name.toLowerCase()}'; there are last_rows, batch_size and from`)
  }
  return options
}

/** As far as 64 bits go. */
function readNumber(reader: StatementReader, name: string, value: string): bigint {
  return /^\d{1,19}$/.test(value) ? BigInt(value) : reader.refuse(`option '${name.toLowerCase()}' must be a whole number`)
}
