/** What survives a process that is killed in the middle of its work. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { checkStorage } from '../src/check.ts'
import type { Durability } from '../src/database.ts'
import { openForTest, partitionOf, read, temporaryDirectory, valuesIn } from './fixture.ts'

const APPENDER = join(import.meta.dirname, 'children/append.ts')

interface Acknowledged {
  readonly partition: number
  readonly baseOffset: number
  readonly count: number
  readonly request: string
}

/** Runs the appender and kills it once it has had `lineCount` answers; its answers, as far as they came out. */
async function killAfter(lineCount: number, dataDir: string, durability: Durability): Promise<readonly Acknowledged[]> {
  const child = spawn(process.execPath, [APPENDER, dataDir, durability], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    if (lines.length === lineCount) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  assert.equal(child.signalCode, 'SIGKILL')
  return lines.flatMap((line) => {
    const [, partition, baseOffset, count, request] = /^(\d+) (\d+) (\d+) (\d+\/\d+\/\d+)$/.exec(line) ?? []
    // The last line may have been cut by the kill.
    return request === undefined ? [] : [{ partition: Number(partition), baseOffset: Number(baseOffset), count: Number(count), request }]
  })
}

/** Every request that is there, with the offset of its first record; fails where one is not whole or comes twice. */
function wholeRequests(values: readonly (string | null)[]): ReadonlyMap<string, number> {
  const requests = new Map<string, number>()
  for (let offset = 0; offset < values.length;) {
    const head = values[offset]!.slice(0, values[offset]!.indexOf(' '))
    const request = head.split('/').slice(0, 3).join('/')
    const count = Number(head.split('/')[4])
    for (let i = 0; i < count; i++) assert.equal(values[offset + i], `${request}/${i}/${count} ${'x'.repeat(600)}`)
    assert.ok(!requests.has(request), `${request} is there twice`)
    requests.set(request, offset)
    offset += count
  }
  return requests
}

for (const durability of ['os', 'fsync'] as const) {
  test(`with durability ${durability}, what was acknowledged is there, whole and once, after every kill`, async () => {
    await using directory = await temporaryDirectory()
    const acknowledged: Acknowledged[] = []
    for (const lineCount of [1, 40, 137, 400]) {
      acknowledged.push(...(await killAfter(lineCount, directory.path, durability)))
      assert.deepEqual([...checkStorage(directory.path)], [])
      await using storage = await openForTest({ dataDir: directory.path })
      const topic = (await storage.log.topic('logs'))!
      const kept = await Promise.all(
        [0, 1].map(async (number) => wholeRequests(valuesIn(await read(storage.log, partitionOf(topic, number))))),
      )
      for (const { partition, baseOffset, request } of acknowledged) assert.equal(kept[partition]!.get(request), baseOffset, request)
    }
    assert.ok(acknowledged.length >= 500)
  })
}
