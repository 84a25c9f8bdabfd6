import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { isKafkaError, openForTest, temporaryDirectory } from './fixture.ts'

const HOLDER = join(import.meta.dirname, 'children/hold.ts')

test('a second storage of the same process is refused by the name of the first, and may come when it has gone', async () => {
  await using directory = await temporaryDirectory()
  const first = await openForTest({ dataDir: directory.path }, { owner: 'logbrook, pid 123' })
  const refusal = isKafkaError('KAFKA_STORAGE_ERROR', /^the data directory .* is in use by logbrook, pid 123$/)
  await assert.rejects(openForTest({ dataDir: directory.path }), refusal)
  await assert.rejects(openForTest({ dataDir: directory.path }), refusal)
  await first.close()
  await (await openForTest({ dataDir: directory.path })).close()
})

test('another process is refused until the holder is killed', async () => {
  await using directory = await temporaryDirectory()
  const child = spawn(process.execPath, [HOLDER, directory.path], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(createInterface(child.stdout), 'line')
    await assert.rejects(openForTest({ dataDir: directory.path }), isKafkaError('KAFKA_STORAGE_ERROR', new RegExp(`pid ${child.pid}$`)))
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await (await openForTest({ dataDir: directory.path })).close()
})

test('a directory that cannot be made is told in one sentence', async () => {
  await using directory = await temporaryDirectory()
  const file = join(directory.path, 'file')
  writeFileSync(file, '')
  const dataDir = join(file, 'data')
  await assert.rejects(
    openForTest({ dataDir }),
    isKafkaError('KAFKA_STORAGE_ERROR', /^the data directory .*file.data cannot be made: ENOTDIR[^\n]*$/),
  )
  await assert.rejects(
    openForTest({ dataDir: file }),
    isKafkaError('KAFKA_STORAGE_ERROR', /^the data directory .*file cannot be made: EEXIST[^\n]*$/),
  )
})

test('a place where no directory can be made, though it says that it has none, is told in one sentence', async () => {
  const dataDir = '/proc/logbrook/data'
  await assert.rejects(
    openForTest({ dataDir }),
    isKafkaError('KAFKA_STORAGE_ERROR', /^the data directory \/proc.*data cannot be made: E[A-Z]+[^\n]*$/),
  )
})

test('a directory whose files cannot be opened is told in one sentence', async () => {
  await using directory = await temporaryDirectory()
  // Whoever runs this may be root, whom no mode keeps out: a directory in the place of the file keeps everybody out.
  mkdirSync(join(directory.path, 'logbrook.lock'))
  await assert.rejects(
    openForTest({ dataDir: directory.path }),
    isKafkaError('KAFKA_STORAGE_ERROR', /^the data directory .* cannot be written: unable to open database file \(SQLITE_CANTOPEN/),
  )
})

test('a directory is made where there is none', async () => {
  await using directory = await temporaryDirectory()
  await (await openForTest({ dataDir: join(directory.path, 'a/b') })).close()
})
