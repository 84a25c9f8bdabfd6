import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { passwordMatches } from '@logbrook/broker/scram'
import { systemClock } from '@logbrook/kafka/clock'
import { PARTITIONS_MAX } from '@logbrook/kafka/limits'
import { openStorage } from '@logbrook/storage/storage'
import { applyInitFile, applyInitFileTo, parseInitFile, readInitFile } from '../src/init-file.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const clock = systemClock

const EXAMPLE = {
  topics: [{ name: 'logs', partitions: 4, config: { 'retention.ms': 86_400_000 } }, { name: 'audit' }],
  users: [
    { name: 'alice', password: 'wonderland', role: 'service' },
    { name: 'bob', password: null },
  ],
  super_users: ['User:admin'],
  acls: [
    { principal: 'User:alice', operation: 'read', resource_type: 'TOPIC', resource_name: 'logs' },
    {
      principal: 'User:bob',
      operation: 'ALL',
      permission_type: 'DENY',
      resource_type: 'TOPIC',
      resource_name: 'a',
      pattern_type: 'PREFIXED',
    },
  ],
}

function memory() {
  return openStorage({ location: 'memory', durability: 'os', checkpoint: 'inline', clock })
}

async function apply(stores: Awaited<ReturnType<typeof memory>>, file: unknown) {
  return await applyInitFile(parseInitFile(JSON.stringify(file)), stores, clock)
}

test('what the file names is there, and the second time nothing is left to do', async () => {
  await using storage = await memory()
  assert.deepEqual(await apply(storage, EXAMPLE), [
    'created topic logs with 4 partitions',
    'created topic audit with 1 partition',
    'created user alice, role service',
    'created user bob, role user',
    'added 2 ACL bindings',
  ])
  const logs = await storage.log.topic('logs')
  assert.deepEqual([logs?.partitions, logs?.configOverrides], [4, { 'retention.ms': 86_400_000 }])
  const [alice, bob] = await storage.users.users()
  assert.ok(await passwordMatches(alice!.credential!, 'wonderland'))
  assert.equal(bob?.credential, null)
  assert.equal((await storage.acls.bindings()).length, 2)
  assert.deepEqual(parseInitFile(JSON.stringify(EXAMPLE)).superUsers, ['User:admin'])

  assert.deepEqual(await apply(storage, EXAMPLE), [])
})

test('a file that changed is made true; what it does not name is left alone', async () => {
  await using storage = await memory()
  await apply(storage, EXAMPLE)
  const changed = {
    topics: [{ name: 'logs', partitions: 6, config: { 'retention.ms': '-1' } }],
    users: [
      { name: 'alice', password: 'looking-glass', role: 'service' },
      { name: 'bob', password: 'builder' },
    ],
    acls: EXAMPLE.acls.slice(0, 1),
  }
  assert.deepEqual(await apply(storage, changed), [
    'topic logs has 6 partitions now, not 4',
    'topic logs has retention.ms=-1 now',
    'user alice is as the file says now, role service',
    'user bob is as the file says now, role user',
  ])
  const [alice] = await storage.users.users()
  assert.ok(await passwordMatches(alice!.credential!, 'looking-glass'))
  assert.equal((await storage.log.topics()).length, 2)
  assert.equal((await storage.acls.bindings()).length, 2)
})

test('partitions are not taken away', async () => {
  await using storage = await memory()
  await apply(storage, { topics: [{ name: 'logs', partitions: 4 }] })
  assert.deepEqual(await apply(storage, { topics: [{ name: 'logs', partitions: 2 }] }), [])
  assert.equal((await storage.log.topic('logs'))?.partitions, 4)
})

test('a file for which a log that is there has no room leaves that as it was', async () => {
  await using storage = await memory()
  await apply(storage, { topics: [{ name: 'large', partitions: PARTITIONS_MAX - 1 }] })
  const file = parseInitFile('{"topics":[{"name":"a"},{"name":"b"}],"users":[{"name":"alice"}]}')
  await assert.rejects(applyInitFileTo(storage, file, { place: 'logbrook.json', clock }), /^KafkaError: logbrook\.json: .*partitions/)
  assert.deepEqual([(await storage.log.topics()).length, await storage.users.users()], [1, []])
  const fitting = parseInitFile('{"topics":[{"name":"a"}],"users":[{"name":"alice"}]}')
  assert.deepEqual(await applyInitFileTo(storage, fitting, { place: 'logbrook.json', clock }), [
    'created topic a with 1 partition',
    'created user alice, role user',
  ])
})

describe('a file that is not right is refused whole, naming what is wrong', () => {
  const refusals: readonly (readonly [name: string, file: unknown, problem: RegExp])[] = [
    ['an unknown key', { topic: [] }, /unknown field "topic"; did you mean topics\?/],
    ['an unknown key of a topic', { topics: [{ name: 'a', partition: 2 }] }, /topics\[0\]: .*did you mean partitions\?/],
    ['a topic name', { topics: [{ name: 'a' }, { name: 'a/b' }] }, /topics\[1\]: topic name "a\/b" holds characters/],
    ['a topic named twice', { topics: [{ name: 'a' }, { name: 'a' }] }, /topics\[1\]: "a" is named twice/],
    ['a user named twice', { users: [{ name: 'a' }, { name: 'a' }] }, /users\[1\]: "a" is named twice/],
    ['no partitions', { topics: [{ name: 'a', partitions: 0 }] }, /partitions/],
    ['more partitions than there can be', { topics: [{ name: 'a', partitions: PARTITIONS_MAX + 1 }] }, /partitions/],
    [
      'an unknown configuration key',
      { topics: [{ name: 'a', config: { retention: 1 } }] },
      /topics\[0\]\.config: .*"retention"; did you mean retention\.ms\?/,
    ],
    ['a user name with a colon', { users: [{ name: 'a:b', password: 'p' }] }, /users\[0\]: .*"a:b" holds a colon/],
    ['an empty password', { users: [{ name: 'a', password: '' }] }, /password is empty/],
    ['an unknown role', { users: [{ name: 'a', role: 'king' }] }, /users\[0\]\.role/],
    ['a super user that is none', { super_users: ['alice'] }, /super_users\[0\] is "alice"; it must be User:<name>/],
    [
      'a binding without a principal',
      { acls: [{ operation: 'READ', resource_type: 'TOPIC', resource_name: 'a' }] },
      /acls\[0\]: principal is missing/,
    ],
    ['no object', [], /expected object/],
  ]
  for (const [name, file, problem] of refusals) {
    test(name, async () => {
      await using directory = await temporaryDirectory()
      const path = join(directory.path, 'init.json')
      await writeFile(path, JSON.stringify(file))
      await assert.rejects(readInitFile(path, clock), (error: Error) => {
        assert.ok(error.message.startsWith(`the init file ${path}: `), error.message)
        assert.match(error.message, problem)
        return true
      })
    })
  }

  test('no file, and no JSON', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'init.json')
    await assert.rejects(readInitFile(path, clock), /^KafkaError: the init file .*ENOENT/)
    await writeFile(path, '{"topics":[')
    await assert.rejects(readInitFile(path, clock), /^KafkaError: the init file .*JSON/)
  })
})
