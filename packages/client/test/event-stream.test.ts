import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readEvents } from '../src/event-stream.ts'
import type { StreamEvent } from '../src/event-stream.ts'

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from<Uint8Array>(chunks)
}

async function eventsOf(...chunks: readonly Uint8Array[]): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = []
  for await (const event of readEvents(streamOf(chunks))) events.push(event)
  return events
}

describe('reading server-sent events', () => {
  const rows: readonly (readonly [why: string, text: string, events: readonly StreamEvent[]])[] = [
    ['an event with everything', 'event: end\nid: 7\ndata: x\n\n', [{ event: 'end', id: '7', data: 'x' }]],
    ['data of several lines', 'data: a\ndata:b\ndata\n\n', [{ event: 'message', id: '', data: 'a\nb\n' }]],
    ['one space after the colon, not two', 'data:  a: b\n\n', [{ event: 'message', id: '', data: ' a: b' }]],
    ['CRLF', 'data: a\r\n\r\n', [{ event: 'message', id: '', data: 'a' }]],
    [
      'an id that stays until the next',
      'id: 1\ndata: a\n\ndata: b\n\n',
      [
        { event: 'message', id: '1', data: 'a' },
        { event: 'message', id: '1', data: 'b' },
      ],
    ],
    ['an id without data', 'retry: 10\nid: 1\n\n', [{ event: 'message', id: '1', data: null }]],
    ['a comment', ': ping\n\n', [{ event: 'message', id: '', data: null }]],
    ['nothing of an event that is cut off', 'id: 1\ndata: a\n\nid: 2\ndata: b\n', [{ event: 'message', id: '1', data: 'a' }]],
  ]
  for (const [why, text, events] of rows) {
    it(`takes ${why}`, async () => assert.deepEqual(await eventsOf(new TextEncoder().encode(text)), events))
  }

  it('reads the same however the bytes are cut, also inside a character', async () => {
    const bytes = new TextEncoder().encode('id: 1\r\ndata: grüße 🪵\n\n: ping\n\ndata: zwei\nid: 2\n\n')
    const whole = await eventsOf(bytes)
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: bytes.length })), async (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
        const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end))
        assert.deepEqual(await eventsOf(...chunks), whole)
      }),
      { numRuns: 200, seed: 20_260_131 },
    )
  })

  it('lets the stream go when its reader leaves', async () => {
    let isCancelled = false
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('data: a\n\n')),
      cancel: () => void (isCancelled = true),
    })
    for await (const { data } of readEvents(stream)) {
      assert.equal(data, 'a')
      break
    }
    assert.equal(isCancelled, true)
  })
})
