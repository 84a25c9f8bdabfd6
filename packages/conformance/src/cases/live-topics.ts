/** Live queries of topics: records that there are, and those that are appended (W26). */
import type { ConformanceCase } from '../case.ts'
import { ack, acked, batch, control, failure, insertion, liveCase, nextBatch, subscribe, subscribed, watches } from '../live.ts'
import { ANY_TEXT } from '../match.ts'
import type { Pattern } from '../match.ts'
import { givenValues } from '../requests.ts'
import type { Scene } from '../scene.ts'

const QUERY = 'SELECT "offset", value FROM topic(\'$TOPIC\')'
const ONE_TOPIC = { topics: [{ name: '$TOPIC' }] }

function records(...placed: readonly (readonly [offset: number, value: string])[]): readonly Pattern[] {
  return placed.map(([offset, value]) => ({ offset: String(offset), value, id: ANY_TEXT, _seq: String(offset) }))
}

async function append({ administration, names }: Scene, values: readonly string[], partition = 0): Promise<void> {
  await administration.produce(givenValues(names('$TOPIC'), partition, values))
}

export const LIVE_TOPIC_CASES: readonly ConformanceCase[] = [
  liveCase({
    name: 'records of a topic are rows, and each that is appended is told',
    proves: ['W26', 'W13', 'W19'],
    given: { ...ONE_TOPIC, records: [givenValues('$TOPIC', 0, ['a', 'b'])] },
    play: async ({ connect, scene }) => {
      const client = await connect('user')
      client.send(subscribe('l', QUERY))
      await client.receives(ack('l', 'offset BigInt, value Text, id Text, _seq BigInt', control(0, 'ready')))
      await client.receives(batch('l', records([0, 'a'], [1, 'b']), control(0, 'ready')))
      await append(scene, ['c'])
      await client.receives(insertion('l', records([2, 'c'])))
      await append(scene, ['d', 'e'])
      await client.receives(insertion('l', records([3, 'd'], [4, 'e'])))
    },
  }),
  liveCase({
    name: 'of a topic there are batches, the last rows, and those from an offset on',
    proves: ['W26', 'W14', 'W15'],
    given: { ...ONE_TOPIC, records: [givenValues('$TOPIC', 0, ['a', 'b', 'c'])] },
    play: async ({ connect, scene }) => {
      const client = await connect('user')
      await subscribed(client, 'l', { sql: QUERY, options: { last_rows: 2 }, rows: records([1, 'b'], [2, 'c']) })
      await subscribed(client, 'l', { sql: QUERY, options: { from: 1 }, rows: records([2, 'c']) })
      client.send(subscribe('l', QUERY, { batch_size: 2 }))
      await client.receives(acked('l'))
      await client.receives(batch('l', records([0, 'a'], [1, 'b']), control(0, 'loading')))
      await append(scene, ['d'])
      client.send(nextBatch('l'))
      await client.receives(batch('l', records([2, 'c']), control(1, 'ready')))
      await client.receives(insertion('l', records([3, 'd'])))
    },
  }),
  liveCase({
    name: 'a condition decides which records are told',
    proves: ['W26', 'W18'],
    given: ONE_TOPIC,
    play: async ({ connect, scene }) => {
      const client = await connect('user')
      await watches(client, 'l', `${QUERY} WHERE json_extract(value, '$.level') = 'error'`)
      await append(scene, ['{"level":"info"}', '{"level":"error"}', 'text'])
      await append(scene, ['{"level":"error","n":2}'])
      await client.receives(insertion('l', records([1, '{"level":"error"}'])))
      await client.receives(insertion('l', records([3, '{"level":"error","n":2}'])))
    },
  }),
  liveCase({
    name: 'records of all partitions are told; rows of several have no _seq',
    proves: ['W26'],
    given: { topics: [{ name: '$TOPIC', partitions: 2 }] },
    play: async ({ connect, scene }) => {
      const client = await connect('user')
      await watches(client, 'l', `SELECT "partition", value FROM topic('$TOPIC')`)
      for (const partition of [1, 0]) {
        await append(scene, ['x'], partition)
        await client.receives(insertion('l', [{ partition, value: 'x', id: ANY_TEXT }]))
      }
      client.send(subscribe('m', QUERY, { from: 1 }))
      await client.receives(failure('m', 'UNSUPPORTED'))
    },
  }),
  liveCase({
    name: 'a topic that there is not is told as that, and one that is deleted ends what is subscribed to it',
    proves: ['W26', 'W20'],
    given: ONE_TOPIC,
    play: async ({ connect, scene }) => {
      const client = await connect('user')
      client.send(subscribe('n', "SELECT value FROM topic('$NONE')"))
      await client.receives(failure('n', 'NOT_FOUND'))
      await watches(client, 'l', QUERY)
      await scene.administration.deleteTopic(scene.names('$TOPIC'))
      await client.receives(failure('l', 'NOT_FOUND'))
    },
  }),
  liveCase({
    name: 'who may not READ a topic is told nothing of it, also when that changes',
    proves: ['W26', 'W20'],
    needs: 'acls',
    given: ONE_TOPIC,
    play: async ({ connect, scene }) => {
      const client = await connect('user')
      client.send(subscribe('l', QUERY))
      await client.receives(failure('l', 'UNAUTHORIZED'))
      const binding = { principal: scene.names('User:$USER'), operation: 'READ', resource_name: scene.names('$TOPIC') }
      await scene.administration.addBindings([binding])
      await watches(client, 'l', QUERY)
      await append(scene, ['seen'])
      await client.receives(insertion('l', records([0, 'seen'])))
      await scene.administration.deleteBindings([binding])
      await append(scene, ['secret'])
      await client.receives(failure('l', 'UNAUTHORIZED'))
      await client.receivesNothing()
    },
  }),
]
