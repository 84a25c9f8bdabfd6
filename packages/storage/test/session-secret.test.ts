import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SESSION_SECRET_BYTES } from '@logbrook/kafka/limits'
import { isKafkaError, openForTest, temporaryDirectory } from './fixture.ts'

function modeOf(file: string): string {
  return (statSync(file).mode & 0o777).toString(8)
}

test('the secret is made when it is asked for, and is the same after a restart', async () => {
  await using directory = await temporaryDirectory()
  const file = join(directory.path, 'session-secret')
  let first: Uint8Array
  {
    await using storage = await openForTest({ dataDir: directory.path })
    assert.equal(existsSync(file), false)
    first = await storage.sessionSecret.secret()
    assert.equal(first.length, SESSION_SECRET_BYTES)
    assert.deepEqual(await storage.sessionSecret.secret(), first)
  }
  await using storage = await openForTest({ dataDir: directory.path })
  assert.deepEqual(await storage.sessionSecret.secret(), first)
  assert.deepEqual(readFileSync(file), first)
})

test('nobody but its owner can read it, whatever was there before', async () => {
  await using directory = await temporaryDirectory()
  const file = join(directory.path, 'session-secret')
  writeFileSync(`${file}.partial`, 'left behind', { mode: 0o644 })
  {
    await using storage = await openForTest({ dataDir: directory.path })
    await storage.sessionSecret.secret()
    assert.equal(modeOf(file), '600')
    await storage.sessionSecret.rotate()
    assert.equal(modeOf(file), '600')
  }
  chmodSync(file, 0o644)
  await using storage = await openForTest({ dataDir: directory.path })
  await storage.sessionSecret.secret()
  assert.equal(modeOf(file), '600')
  assert.equal(readdirSync(directory.path).includes('session-secret.partial'), false)
})

test('a rotated secret is another one, also after a restart', async () => {
  await using directory = await temporaryDirectory()
  let rotated: Uint8Array
  {
    await using storage = await openForTest({ dataDir: directory.path })
    const first = await storage.sessionSecret.secret()
    await storage.sessionSecret.rotate()
    rotated = await storage.sessionSecret.secret()
    assert.notDeepEqual(rotated, first)
  }
  await using storage = await openForTest({ dataDir: directory.path })
  assert.deepEqual(await storage.sessionSecret.secret(), rotated)
})

test('a file that is no secret is refused by name, and left as it is', async () => {
  await using directory = await temporaryDirectory()
  const file = join(directory.path, 'session-secret')
  await using storage = await openForTest({ dataDir: directory.path })
  for (const length of [0, SESSION_SECRET_BYTES - 1, SESSION_SECRET_BYTES + 1]) {
    writeFileSync(file, 'x'.repeat(length))
    await assert.rejects(
      storage.sessionSecret.secret(),
      isKafkaError('KAFKA_STORAGE_ERROR', /session-secret is \d+ bytes and no secret, which has 32/),
    )
    assert.equal(readFileSync(file, 'utf8'), 'x'.repeat(length))
  }
})

test('no snapshot holds it', async () => {
  await using directory = await temporaryDirectory()
  await using storage = await openForTest({ dataDir: directory.path })
  const secret = await storage.sessionSecret.secret()
  assert.equal(storage.snapshot().image.includes(Buffer.from(secret)), false)
})

test('in memory each broker has a secret of its own, and leaves none behind', async () => {
  await using one = await openForTest()
  await using other = await openForTest()
  const secret = await one.sessionSecret.secret()
  assert.equal(secret.length, SESSION_SECRET_BYTES)
  assert.deepEqual(await one.sessionSecret.secret(), secret)
  assert.notDeepEqual(await other.sessionSecret.secret(), secret)
  await one.sessionSecret.rotate()
  assert.notDeepEqual(await one.sessionSecret.secret(), secret)
})
