/**
 * What was sent to a broker and what it answered, to be held against what it has kept.
 *
 * - A request that was acknowledged lies where its answer said: whole, in order, byte for byte.
 * - A request that was refused is not there at all.
 * - A request without an answer is there whole or not at all: the broker may have had no time left to say it.
 * - Nothing else is there and nothing twice, and offsets are dense from 0 to the high watermark.
 */
import assert from 'node:assert/strict'
import { readPartition } from '../broker-requests.ts'
import type { Placement } from '../broker-requests.ts'
import { whole } from '../seeded-random.ts'

export interface LedgerRequest {
  readonly topic: string
  /** Elements as they are in the body; no two of a ledger are alike. */
  readonly elements: readonly string[]
  outcome: 'unanswered' | Refusal | Placement
}

/** An answer that is not a success. */
export interface Refusal {
  readonly status: number
  readonly body: string
}

export interface Ledger {
  readonly topics: readonly LedgerTopic[]
  readonly requests: readonly LedgerRequest[]
  /** Makes up the next request and writes it down. */
  next(): LedgerRequest
  /** Holds all of it against a broker. */
  verify(url: string): Promise<void>
}

interface LedgerTopic {
  readonly name: string
  readonly partitions: number
}

export interface LedgerOptions {
  readonly topics: readonly LedgerTopic[]
  readonly random: () => number
  /** Of most elements. */
  readonly elementBytesMax: number
  /** Of one in a hundred, so that now and then a request is several stored rows. */
  readonly largeElementBytes: number
}

export function isRefusal(outcome: LedgerRequest['outcome']): outcome is Refusal {
  return typeof outcome === 'object' && 'status' in outcome
}

export function createLedger({ topics, random, elementBytesMax, largeElementBytes }: LedgerOptions): Ledger {
  const requests: LedgerRequest[] = []

  function elementOf(request: number, index: number): string {
    const padBytes = random() < 0.01 ? largeElementBytes : whole(random, 0, elementBytesMax)
    return `{"id":"${request}.${index}", "pad":"${'é'.repeat(padBytes / 2)}","n":1.0e0 }`
  }

  return {
    topics,
    requests,
    next() {
      const elements = Array.from({ length: whole(random, 1, 20) }, (_, index) => elementOf(requests.length, index))
      const topic = topics[whole(random, 0, topics.length - 1)]!
      const request: LedgerRequest = { topic: topic.name, elements, outcome: 'unanswered' }
      requests.push(request)
      return request
    },
    async verify(url) {
      const found = new Map<LedgerRequest, Placement>()
      const firsts = new Map(requests.map((request) => [request.elements[0]!, request]))
      for (const { name, partitions } of topics) {
        for (let partition = 0; partition < partitions; partition++) {
          const values = await valuesOf(url, name, partition)
          for (let offset = 0; offset < values.length;) {
            const request = firsts.get(values[offset]!)
            assert.ok(request, `${name}-${partition} has at offset ${offset} what begins no request: ${values[offset]?.slice(0, 80)}`)
            assert.equal(request.topic, name)
            assert.ok(!found.has(request), `the request at ${name}-${partition}, offset ${offset} is there twice`)
            assert.deepEqual(values.slice(offset, offset + request.elements.length), request.elements)
            found.set(request, { partition, baseOffset: offset })
            offset += request.elements.length
          }
        }
      }
      for (const request of requests) {
        const place = found.get(request)
        if (isRefusal(request.outcome)) assert.equal(place, undefined, `a refused request of ${request.topic} is there`)
        else if (request.outcome !== 'unanswered') assert.deepEqual(place, request.outcome)
      }
    },
  }
}

/** The values of a partition by offset, which are checked to be dense from 0. */
async function valuesOf(url: string, topic: string, partition: number): Promise<readonly string[]> {
  const { records, high_watermark: highWatermark } = await readPartition(url, topic, partition)
  assert.equal(records.length, highWatermark, `${topic}-${partition} is not dense`)
  return records.map(({ offset, value }, index) => {
    assert.equal(offset, index)
    return Buffer.from(value ?? '', 'base64').toString('utf8')
  })
}
