/**
 * A disk that cannot be written any more, by a limit on the size of files (`RLIMIT_FSIZE`): the operating system refuses the write in the
 * middle of a transaction, as it does on a full disk.
 */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { checkStorage } from '../src/check.ts'
import { databaseFile } from '../src/database.ts'
import { append, createTopic, isKafkaError, openForTest, partitionOf, read, temporaryDirectory, valuesIn } from './fixture.ts'

const FILLER = join(import.meta.dirname, 'children/fill.ts')
const FILE_BYTES_MAX = 3 * 1024 * 1024
const PER_TURN = 120

interface Report {
  readonly refusal?: string
  readonly acknowledged: number
  readonly highWatermark: number
  readonly readable: number
}

describe('a full disk', () => {
  for (const checkpoint of ['worker', 'inline'] as const) {
    test(`refuses appends whole, keeps reads going, and takes appends again once there is room (checkpoints: ${checkpoint})`, async () => {
      await using directory = await temporaryDirectory()
      // In the shell's units of 1,024 bytes; soft, so that it can be lifted.
      const limited = `ulimit -S -f ${FILE_BYTES_MAX / 1024}; exec "$0" "$@"`
      const command = [process.execPath, FILLER, directory.path, checkpoint]
      const child = spawn('bash', ['-c', limited, ...command], { stdio: ['pipe', 'pipe', 'inherit'] })
      try {
        const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
        const next = async () => JSON.parse((await lines.next()).value ?? '{}') as Report

        const full = await next()
        assert.match(full.refusal ?? '', /^KAFKA_STORAGE_ERROR: could not append to logs-0: .*\(SQLITE_(IOERR|FULL)/)
        assert.ok(full.acknowledged >= PER_TURN)
        // Records have a thousand bytes: a checkpoint moved them on when the write-ahead log could not grow. (A thread may be too late.)
        if (checkpoint === 'inline') assert.ok(full.acknowledged * 1_000 > FILE_BYTES_MAX, `${full.acknowledged}`)
        assert.deepEqual([full.highWatermark, full.readable], [full.acknowledged, full.acknowledged])

        const { status } = spawnSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:'])
        assert.equal(status, 0)
        child.stdin.write('append\n')
        const acknowledged = full.acknowledged + PER_TURN
        assert.deepEqual(await next(), { acknowledged, highWatermark: acknowledged, readable: acknowledged })
        child.stdin.end()
        const [code] = (await once(child, 'exit')) as [number]
        assert.equal(code, 0)

        assert.deepEqual([...checkStorage(directory.path)], [])
        await using storage = await openForTest({ dataDir: directory.path })
        const partition = partitionOf((await storage.log.topic('logs'))!)
        assert.equal(valuesIn(await read(storage.log, partition)).length, acknowledged)
      } finally {
        child.kill('SIGKILL')
      }
    })
  }
})

test('a database that a stranger holds refuses every change, and changes nothing in memory', async () => {
  await using directory = await temporaryDirectory()
  await using storage = await openForTest({ dataDir: directory.path })
  const { log } = storage
  const topic = await createTopic(log, 'logs', 1, { 'retention.ms': 10 })
  const partition = partitionOf(topic)
  await append(log, partition, ['a', 'b'], 5)
  const before = await log.watermarks(partition)

  const stranger = new Sqlite(databaseFile(directory.path))
  stranger.exec('BEGIN IMMEDIATE')
  const isBusy = isKafkaError('KAFKA_STORAGE_ERROR', /database is locked \(SQLITE_BUSY/)
  const refused = await Promise.allSettled([append(log, partition, ['x']), append(log, partition, ['y'])])
  for (const outcome of refused) isBusy(outcome.status === 'rejected' && outcome.reason)
  await assert.rejects(log.trim(partition, 1), isBusy)
  await assert.rejects(log.enforceRetention(1_000), isBusy)
  await assert.rejects(createTopic(log, 'other'), isBusy)
  await assert.rejects(log.addPartitions(topic.id, 2), isBusy)
  await assert.rejects(log.alterConfig(topic.id, { 'retention.ms': 7 }), isBusy)
  await assert.rejects(log.deleteTopic(topic.id), isBusy)
  await assert.rejects(
    storage.users.putUser({ name: 'alice', role: 'user', credential: null, email: null, createdMs: 1, updatedMs: 1 }),
    isBusy,
  )
  assert.deepEqual(await log.topics(), [topic])
  assert.deepEqual(await log.watermarks(partition), before)
  assert.deepEqual(valuesIn(await read(log, partition)), ['a', 'b'])
  stranger.exec('ROLLBACK')
  stranger.close()

  assert.equal(await append(log, partition, ['c'], 5), 2)
  assert.equal((await log.trim(partition, 1)).logStartOffset, 1)
  assert.equal((await log.enforceRetention(1_000))[0]?.deletedRecords, 2)
  assert.equal((await createTopic(log, 'other')).name, 'other')
})
