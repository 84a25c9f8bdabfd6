/** `logbrook groups`, as a person or a script would type it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startProcess } from './real-process.ts'
import type { RealProcess } from './real-process.ts'
import { runLogbrook } from './run-logbrook.ts'
import { topicConsumer } from './topic-consumer.ts'

let broker: RealProcess
before(async () => void (broker = await startProcess(['--memory'])))
after(() => broker[Symbol.asyncDispose]())

async function say(command: string, input = ''): Promise<string> {
  const { code, stdout, stderr } = await runLogbrook(command.split(' '), { env: { LOGBROOK_URL: broker.url }, input })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, command)
  return stdout
}

async function refusal(command: string): Promise<readonly [code: number, stderr: string]> {
  const { code, stderr } = await runLogbrook(command.split(' '), { env: { LOGBROOK_URL: broker.url } })
  return [code, stderr]
}

test('groups', async () => {
  await say('topics create logs -p 2')
  await say('produce logs -p 0', '0\n1\n2\n3\n4\n')
  assert.equal(await say('groups commit workers logs -o 1'), 'group workers reads logs, partition 0, from offset 1 on\n')
  assert.equal(await say('groups'), 'GROUP    PARTITIONS  LAG\nworkers           1    4\n')
  assert.equal(await say('group list --json'), '{"group_id":"workers","partition_count":1,"lag":4}\n')

  await say('users create consumer --role service', 'secret\n')
  const consumer = await topicConsumer(broker.url, 'consumer:secret')
  const asked = { topic_id: 'logs', group_id: 'workers' }
  await consumer.consume({ ...asked, limit: 2 })
  await consumer.consume({ ...asked, limit: 1 })
  assert.equal(
    await say('groups describe workers'),
    'TOPIC  PARTITION  COMMITTED  LOG START  END  LAG  SKIPPED  CLAIMED\nlogs           0          1          0    5    4        0  1-2 3\n',
  )
  const described = JSON.parse(await say('groups describe workers --json')) as { partitions: readonly { claims: readonly unknown[] }[] }
  assert.equal(described.partitions[0]?.claims.length, 2)

  assert.equal(
    await say('groups reset workers logs --to earliest'),
    'TOPIC  PARTITION  WAS  IS\nlogs           0  1     0\nlogs           1  -     0\n',
  )
  assert.equal(
    await say('groups reset workers logs -p 0 --to -2 --json'),
    '{"topic":"logs","partition":0,"offset":3,"previous_offset":0}\n',
  )
  assert.match(await say('groups reset workers logs -p 0 --to 42'), /\nlogs +0 +3 +5\n$/)
  assert.match(await say('groups reset workers logs -p 0 --to 1h'), /\nlogs +0 +5 +0\n$/)
  assert.equal(await say('groups delete workers'), 'deleted group workers\n')
})

test('what is wrong is said in a sentence', async () => {
  assert.deepEqual(await refusal('groups describe nobody'), [1, 'logbrook: there is no group "nobody"\n'])
  assert.match((await refusal('groups commit g logs'))[1], /^logbrook: --offset is missing/)
  assert.match((await refusal('groups reset g logs'))[1], /^logbrook: --to is missing/)
  assert.match((await refusal('groups reset g logs --to soon'))[1], /--to is "soon"; it must be start, end/)
  assert.match((await refusal('groups reset g nope --to end'))[1], /nope/)
})
