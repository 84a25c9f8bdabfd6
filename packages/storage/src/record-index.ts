/**
 * The index of a stored row: how many records there are and, in a verbatim body, where each one's bytes lie.
 *
 * ```
 * ┌────────┬─────────┬─────────┬─ ─ ─┐
 * │ count  │ entry 0 │ entry 1 │     │     a row of format RECORD_BATCH ends after the count
 * └────────┴─────────┴─────────┴─ ─ ─┘
 *
 * entry    ┌─────────────────────┬─────────────────┐
 *          │ length × 2 + moved  │ gap, if moved   │
 *          └─────────────────────┴─────────────────┘
 * ```
 *
 * All are unsigned LEB128 varints. `length` is the record's bytes, `gap` the bytes between it and the record before it; the first has
 * none. A gap is only written when it differs from the one before (at first: 1, a comma or a line feed), so that a record of
 * 64 to 8,191 bytes usually costs two.
 *
 * - The first record begins at byte 0 of the body and the last one ends at its last byte.
 * - Decoding accepts nothing else: a wrong count, a byte too many or too few is damage.
 */
import assert from 'node:assert/strict'

const TYPICAL_GAP = 1
const VARINT_BYTES_MAX = 5

/** Of a RECORD_BATCH row, whose body says the rest. */
export function encodeCount(count: number): Buffer {
  const bytes = Buffer.allocUnsafe(VARINT_BYTES_MAX)
  return bytes.subarray(0, writeVarint(bytes, 0, count))
}

/**
 * @param parts ranges — pairs of (start, end) — of the bodies that follow each other in the row, each cut to its first
 *   record's start and its last one's end
 */
export function encodeRecordIndex(parts: readonly Int32Array[]): Buffer {
  let count = 0
  for (const ranges of parts) count += ranges.length / 2
  const bytes = Buffer.allocUnsafe(VARINT_BYTES_MAX * (1 + 2 * count))
  let at = writeVarint(bytes, 0, count)
  let typicalGap = TYPICAL_GAP
  let isFirst = true
  for (const ranges of parts) {
    let previousEnd = ranges[0]!
    for (let i = 0; i < ranges.length; i += 2) {
      const gap = ranges[i]! - previousEnd
      previousEnd = ranges[i + 1]!
      const length = previousEnd - ranges[i]!
      assert(gap >= 0 && length >= 0, 'record ranges ascend and do not overlap')
      if (isFirst || gap === typicalGap) {
        at = writeVarint(bytes, at, length * 2)
      } else {
        at = writeVarint(bytes, at, length * 2 + 1)
        at = writeVarint(bytes, at, gap)
        typicalGap = gap
      }
      isFirst = false
    }
  }
  // A copy, so that a long queue of rows does not keep the room that was too much.
  return Buffer.from(bytes.subarray(0, at))
}

/** Pairs of (start, end) into the body, or `null` when the index is damaged or belongs to another body. */
export function decodeRecordIndex(index: Uint8Array, count: number, bodyBytes: number): Int32Array | null {
  const reader = new VarintReader(index)
  if (reader.next() !== count) return null
  const ranges = new Int32Array(count * 2)
  let typicalGap = TYPICAL_GAP
  let end = 0
  for (let i = 0; i < count; i++) {
    const entry = reader.next()
    const moved = entry % 2
    if (moved === 1) typicalGap = reader.next()
    const start = i === 0 ? 0 : end + typicalGap
    end = start + (entry - moved) / 2
    // Also when a varint ended early: NaN compares as false.
    if (!(end <= bodyBytes)) return null
    ranges[i * 2] = start
    ranges[i * 2 + 1] = end
  }
  return reader.atEnd && end === bodyBytes ? ranges : null
}

/**
 * Where in the body one record lies, by its position among them; `null` when the index does not tell. It is trusted: nothing behind that
 * record is looked at.
 */
export function recordRange(index: Uint8Array, position: number): { readonly start: number; readonly end: number } | null {
  const reader = new VarintReader(index)
  if (!(position < reader.next())) return null
  let typicalGap = TYPICAL_GAP
  let start = 0
  let end = 0
  for (let i = 0; i <= position; i++) {
    const entry = reader.next()
    const moved = entry % 2
    if (moved === 1) typicalGap = reader.next()
    start = i === 0 ? 0 : end + typicalGap
    end = start + (entry - moved) / 2
  }
  return Number.isNaN(end) ? null : { start, end }
}

/** The count that an index begins with; NaN when it cannot be read. */
export function indexedCount(index: Uint8Array): number {
  return new VarintReader(index).next()
}

class VarintReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  /** NaN past the end and for a varint that is too long. */
  next(): number {
    let value = 0
    for (let scale = 1; scale <= 2 ** (7 * (VARINT_BYTES_MAX - 1)); scale *= 128) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) return Number.NaN
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
    return Number.NaN
  }
}

function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start
  let rest = value
  while (rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80
    rest = Math.floor(rest / 128)
  }
  bytes[at++] = rest
  return at
}
