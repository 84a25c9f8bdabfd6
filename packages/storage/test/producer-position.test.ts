/** How far a producer has come is kept with what it appended. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { Log, TopicPartition } from '@logbrook/kafka/log'
import { backupStorage } from '../src/backup.ts'
import { databaseFile } from '../src/database.ts'
import { append, createTopic, keyed, openForTest, partitionOf, read, tamper, temporaryDirectory, valuesIn } from './fixture.ts'

async function produce(log: Log, partition: TopicPartition, producerPosition: number): Promise<void> {
  const records = [keyed(`record ${producerPosition}`, 1)]
  await log.append({ ...partition, records: { kind: 'records', records }, timestampMs: 1, producerPosition })
}

async function positionsOf(log: Log): Promise<readonly (readonly [partition: number, position: number])[]> {
  return (await log.producerPositions()).map(({ partition, position }) => [partition, position])
}

test('the last position of each partition is kept, across a close and a backup', async () => {
  await using directory = await temporaryDirectory()
  await using backups = await temporaryDirectory()
  {
    await using storage = await openForTest({ dataDir: directory.path })
    const topic = await createTopic(storage.log, 'logs', 3)
    await Promise.all([1, 2, 3].map((position) => produce(storage.log, partitionOf(topic), position)))
    await produce(storage.log, partitionOf(topic, 2), 4)
    await append(storage.log, partitionOf(topic, 1), ['not counted'])
    await append(storage.log, partitionOf(topic, 2), ['not counted'])
  }
  await using storage = await openForTest({ dataDir: directory.path })
  const expected = [
    [0, 3],
    [2, 4],
  ]
  assert.deepEqual(await positionsOf(storage.log), expected)
  backupStorage(directory.path, databaseFile(backups.path))
  await using copy = await openForTest({ dataDir: backups.path })
  assert.deepEqual(await positionsOf(copy.log), expected)
})

test('a topic that is deleted, or goes on under another id, takes its positions along', async () => {
  await using storage = await openForTest()
  const kept = await createTopic(storage.log, 'kept')
  const deleted = await createTopic(storage.log, 'deleted')
  await produce(storage.log, partitionOf(kept), 7)
  await produce(storage.log, partitionOf(deleted), 8)
  await storage.log.deleteTopic(deleted.id)
  assert.deepEqual(await positionsOf(storage.log), [[0, 7]])
  await using copy = await openForTest('memory', { contents: storage.snapshot() })
  assert.deepEqual(await copy.log.producerPositions(), [{ topicId: (await copy.log.topic('kept'))!.id, partition: 0, position: 7 }])
})

test('a position whose records could not be kept is not kept either', async () => {
  await using directory = await temporaryDirectory()
  {
    await using storage = await openForTest({ dataDir: directory.path })
    await produce(storage.log, partitionOf(await createTopic(storage.log)), 1)
  }
  const refuse = `CREATE TRIGGER refuse BEFORE UPDATE ON producer_position BEGIN SELECT RAISE(ABORT, 'no'); END`
  tamper(directory.path, (database) => database.exec(refuse))
  await using storage = await openForTest({ dataDir: directory.path })
  const topic = (await storage.log.topic('logs'))!
  await assert.rejects(produce(storage.log, partitionOf(topic), 2))
  assert.deepEqual(valuesIn(await read(storage.log, partitionOf(topic))), ['record 1'])
  assert.deepEqual(await positionsOf(storage.log), [[0, 1]])
})

test('a process that is killed leaves a position that fits its records', async () => {
  await using directory = await temporaryDirectory()
  for (const lineCount of [1, 30, 100]) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'children/produce.ts'), directory.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let lines = 0
    for await (const _line of createInterface(child.stdout)) if (++lines === lineCount) child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    assert.equal(child.signalCode, 'SIGKILL')
    await using storage = await openForTest({ dataDir: directory.path })
    const values = valuesIn(await read(storage.log, partitionOf((await storage.log.topic('logs'))!)))
    assert.ok(values.length >= lineCount)
    assert.deepEqual(await positionsOf(storage.log), [[0, Number(values.at(-1)!.slice('record '.length))]])
    assert.deepEqual(
      values,
      values.map((_, i) => `record ${i + 1}`),
    )
  }
})
