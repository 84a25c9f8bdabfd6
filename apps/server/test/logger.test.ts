/** What log lines say, and which are written. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError } from '@logbrook/kafka/errors'
import { createLogger } from '../src/logger.ts'
import type { LoggerOptions } from '../src/logger.ts'

const CLOCK: LoggerOptions['clock'] = { now: () => 1_700_000_000_000, after: () => ({ cancel() {} }) }

async function loggerTo(lines: string[], options: Partial<LoggerOptions> = {}) {
  return await createLogger({ level: 'info', format: 'json', clock: CLOCK, destination: { write: (line) => lines.push(line) }, ...options })
}

test('a line is JSON: level, time, fields, message', async () => {
  const lines: string[] = []
  const logger = await loggerTo(lines)
  logger.warn({ topic: 'logs', partition: 3 }, 'a "line"\nand another')
  assert.deepEqual(lines, ['{"level":40,"time":1700000000000,"topic":"logs","partition":3,"msg":"a \\"line\\"\\nand another"}\n'])
})

test('an error shows its type, message, stack, code and cause', async () => {
  const lines: string[] = []
  const logger = await loggerTo(lines)
  const cause = Object.assign(new TypeError('inner'), { code: 'EIO' })
  const error = new KafkaError('KAFKA_STORAGE_ERROR', 'outer', { cause })
  logger.error({ err: error }, 'failed')
  assert.deepEqual(JSON.parse(lines[0]!), {
    level: 50,
    time: 1_700_000_000_000,
    err: {
      type: 'KafkaError',
      message: 'outer',
      stack: error.stack,
      code: 56,
      cause: { type: 'TypeError', message: 'inner', stack: cause.stack, code: 'EIO' },
    },
    msg: 'failed',
  })
})

test('below its level nothing is written, and silent is above all', async () => {
  const lines: string[] = []
  for (const level of ['info', 'silent'] as const) {
    const logger = await loggerTo(lines, { level })
    logger.debug({}, 'unheard')
    logger.info({}, `heard at ${level}`)
    assert.deepEqual([logger.isLevelEnabled('debug'), logger.isLevelEnabled('error')], [false, level === 'info'])
  }
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg),
    ['heard at info'],
  )
})

test('for a person a line has its level, fields and message in words', async () => {
  const lines: string[] = []
  const logger = await loggerTo(lines, { format: 'pretty' })
  logger.info({ topic: 'logs' }, 'created')
  assert.match(lines.join(''), /INFO.*created.*"topic":"logs"/)
})
