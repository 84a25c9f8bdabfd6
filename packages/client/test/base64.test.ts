import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodeRecord, fromBase64, toBase64 } from '../src/base64.ts'

describe('base64', () => {
  it('is the standard one, both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
        const text = toBase64(bytes)
        assert.equal(text, Buffer.from(bytes).toString('base64'))
        assert.deepEqual(fromBase64(text), bytes)
      }),
      { numRuns: 100, seed: 20_260_131 },
    )
  })

  it('takes text as UTF-8', () => {
    assert.equal(toBase64('grüße 🪵'), Buffer.from('grüße 🪵').toString('base64'))
  })

  it('keeps null apart from empty in a record', () => {
    const record = {
      offset: 3,
      timestamp: 12,
      key: null,
      value: '',
      headers: [
        { key: 'h', value: null },
        { key: 'i', value: 'YQ==' },
      ],
    }
    assert.deepEqual(decodeRecord(record), {
      offset: 3,
      timestamp: 12,
      key: null,
      value: new Uint8Array(),
      headers: [
        { key: 'h', value: null },
        { key: 'i', value: Uint8Array.of(97) },
      ],
    })
  })
})
