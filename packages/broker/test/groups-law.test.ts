/** Whatever consumers of a group do: nobody holds what another one holds, and nothing that was not acknowledged is lost. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createManualClock } from '@logbrook/kafka/clock'
import { CLAIM_MS, GROUP_CURSORS_MAX } from '@logbrook/kafka/limits'
import { Places } from '@logbrook/broker/groups/places'
import fc from 'fast-check'
import { numbered, range, startConsuming } from './consuming.ts'

const RECORDS = 40

type Step =
  | { readonly do: 'poll'; readonly limit: number; readonly isSent: boolean }
  | { readonly do: 'ack'; readonly offset: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'trim'; readonly offset: number }

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('poll' as const), limit: fc.integer({ min: 1, max: 12 }), isSent: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ack' as const), offset: fc.nat(RECORDS) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: CLAIM_MS }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('trim' as const), offset: fc.nat(RECORDS / 2) }) },
)

test('records are held by one consumer at a time, and come again until they are acknowledged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stepArbitrary, { maxLength: 40 }), async (steps) => {
      await using at = await startConsuming(numbered(RECORDS))
      /** By offset, until when it is held. */
      const held = new Map<number, number>()
      let committed = 0
      let logStart = 0
      const poll = async (limit: number) => {
        const polled = await at.poll({ limit })
        for (const offset of polled.offsets) {
          assert.ok(offset >= Math.max(committed, logStart), `${offset} is done with`)
          assert.ok((held.get(offset) ?? 0) <= at.clock.now(), `${offset} is held by another one`)
          held.set(offset, at.clock.now() + CLAIM_MS)
        }
        return polled
      }

      for (const step of steps) {
        if (step.do === 'pass') at.clock.advance(step.ms)
        else if (step.do === 'poll') {
          const { offsets, release } = await poll(step.limit)
          if (step.isSent) continue
          release()
          for (const offset of offsets) held.delete(offset)
        } else if (step.do === 'ack') {
          await at.ack(step.offset)
          committed = Math.max(committed, step.offset + 1)
          const kept = (await at.committed()) ?? 0
          assert.ok(kept === committed || kept === logStart, `${kept} is kept after ${committed}`)
          assert.ok(kept >= committed)
        } else {
          logStart = Math.max(logStart, step.offset)
          await at.storage.log.trim({ topicId: at.topic.id, partition: 0 }, logStart)
        }
      }

      at.clock.advance(CLAIM_MS)
      const rest: number[] = []
      for (;;) {
        const { offsets } = await poll(RECORDS)
        if (offsets.length === 0) break
        rest.push(...offsets)
      }
      assert.deepEqual(rest, range(Math.min(Math.max(committed, logStart), RECORDS), RECORDS))
    }),
    { seed: 6, numRuns: 200 },
  )
})

test(`places are ${GROUP_CURSORS_MAX} at most: of those asked for least recently one that holds nothing makes room`, () => {
  const places = new Places(createManualClock())
  const at = { topicId: 'topic', partition: 0 }
  const begun = (groupId: string) => {
    const place = places.of(groupId, at)
    place.begin(1)
    return place
  }
  begun('holds').claim(0, 1)
  for (let i = 1; i < GROUP_CURSORS_MAX; i++) begun(`group-${i}`)
  assert.equal([...places.known()].length, GROUP_CURSORS_MAX)
  begun('one more')
  assert.equal([...places.known()].length, GROUP_CURSORS_MAX)
  assert.equal(places.of('holds', at).position, 1)
  assert.equal(places.of('group-2', at).position, 1)
  assert.equal(places.of('group-1', at).position, undefined)
})
