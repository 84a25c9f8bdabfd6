/** A program that uses brokers, stops them, and has nothing else to do. */
import { join } from 'node:path'
import { Logbrook } from '../../../src/testing/testing.ts'

const [directory] = process.argv.slice(2)

async function use(broker: Logbrook): Promise<void> {
  await broker.anonymous.produceValue('logs', 'x')
  const before = await broker.snapshot()
  const poll = broker.anonymous.fetch({
    topics: [{ topic: 'logs', partitions: [{ partition: 0, fetch_offset: 1, partition_max_bytes: 1 }] }],
    long_poll: true,
  })
  const tail = broker.anonymous.tail('logs', { reconnect: false }).next()
  const waiting = broker.topic('logs').waitFor({ count: 2, within: '1h' })
  waiting.catch(() => {})
  while (broker.journal.entries().length < 3) await new Promise(setImmediate)
  await broker.restore(before)
  const twin = await broker.clone()
  broker.journal.clear()
  broker.faults.add({ do: { delay: '1h', time: 'real' } })
  const delayed = broker.anonymous.topics.list()
  while (broker.journal.entries().length === 0) await new Promise(setImmediate)
  await twin.stop()
  await broker.stop()
  await Promise.all([poll, tail, delayed])
}

for (const clock of ['manual', 'system'] as const) {
  const options = { topics: { logs: {} }, users: { alice: 'wonderland' }, clock }
  await use(await Logbrook.create(options))
  await use(await Logbrook.create({ ...options, dataDir: join(directory!, clock) }))
}

const PIPES = new Set(['PipeWrap', 'TTYWrap', 'FSReqCallback'])
process.on('exit', () =>
  console.log(
    `left: ${process
      .getActiveResourcesInfo()
      .filter((resource) => !PIPES.has(resource))
      .join(', ')}`,
  ),
)
