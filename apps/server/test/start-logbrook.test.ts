import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from '../src/public/client.ts'
import { KafkaError, startLogbrook, StartError, UsageError } from '../src/public/logbrook.ts'
import { temporaryDirectory } from './temporary-directory.ts'

test('a program has a broker in itself, which answers the published client', async () => {
  await using logbrook = await startLogbrook({ port: 0, memory: true })
  assert.equal(logbrook.url, `http://127.0.0.1:${logbrook.port}`)
  const client = createClient({ url: logbrook.url })
  await client.topics.create({ name: 'logs' })
  assert.deepEqual(await client.produceValue('logs', 'hello'), { partition: 0, base_offset: 0, record_count: 1 })
})

test('the process that it lives in keeps its own globals', async () => {
  const before = [globalThis.Request, globalThis.Response]
  await using logbrook = await startLogbrook({ port: 0, memory: true })
  assert.equal((await fetch(`${logbrook.url}/livez`)).status, 200)
  assert.deepEqual([globalThis.Request, globalThis.Response], before)
})

test('records in a directory are there for the next broker on it', async () => {
  await using directory = await temporaryDirectory()
  const dataDir = join(directory.path, 'data')
  const first = await startLogbrook({ port: 0, dataDir })
  await createClient({ url: first.url }).topics.create({ name: 'logs' })
  await first.close()
  await first.close()
  await using second = await startLogbrook({ port: 0, dataDir })
  assert.deepEqual(
    (await createClient({ url: second.url }).topics.list()).map(({ name }) => name),
    ['logs'],
  )
})

const refusals: readonly { readonly name: string; readonly options: object; readonly message: string }[] = [
  { name: 'an unknown option', options: { prot: 1 }, message: 'unknown option prot; did you mean port?' },
  { name: 'a wrong value', options: { port: 70_000 }, message: 'option port is 70000; it must be a whole number from 0 to 65535' },
  {
    name: 'two places for the records',
    options: { memory: true, dataDir: './here' },
    message: 'option memory and option dataDir exclude each other',
  },
]
for (const { name, options, message } of refusals) {
  test(`${name} is refused before anything is opened`, async () => {
    await assert.rejects(startLogbrook(options), new UsageError(message))
  })
}

test('an option that is undefined is one that was not given', async () => {
  const dataDir = undefined as unknown as string
  await using logbrook = await startLogbrook({ port: 0, memory: true, dataDir })
  assert.notEqual(logbrook.port, 0)
})

test('a taken port and an init file that is not right are errors of their own, which leave nothing behind', async () => {
  await using directory = await temporaryDirectory()
  await using first = await startLogbrook({ port: 0, memory: true })
  await assert.rejects(startLogbrook({ port: first.port, memory: true }), StartError)
  const dataDir = join(directory.path, 'data')
  await assert.rejects(startLogbrook({ port: 0, dataDir, initFile: join(directory.path, 'absent.json') }), KafkaError)
  assert.equal(existsSync(dataDir), false)
})
