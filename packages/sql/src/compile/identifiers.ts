/**
 * SNOWFLAKE_ID(), UUID_V7() and ULID(): all of them rise with the time, and within a millisecond.
 *
 * - Chance keeps UUIDs and ULIDs of several engines apart. Of snowflakes nothing does: they follow each other (engine/snowflakes.ts).
 */
import { randomBytes } from 'node:crypto'

/** 2024-01-01. */
const SNOWFLAKE_EPOCH_MS = 1_704_067_200_000n
/** So that a snowflake stays below 2^53, and is exact in JavaScript, up to the year 2093. What is too much for a millisecond is of the next. */
const NUMBERS_PER_MS = 4_096n
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The next one, whatever the clock says. */
export function snowflakeAfter(last: bigint, nowMs: bigint): bigint {
  return later((nowMs - SNOWFLAKE_EPOCH_MS) * NUMBERS_PER_MS, last)
}

/** UUIDs and ULIDs of one engine. */
export class Identifiers {
  /** In parts of milliseconds since 1970. */
  #moment = 0n

  /** RFC 9562, with a counter behind the time. */
  uuid(nowMs: bigint): string {
    const { ms, count } = this.#nextMoment(nowMs)
    const bytes = randomBytes(16)
    bytes.writeUIntBE(ms, 0, 6)
    bytes.writeUInt16BE(0x70_00 | count, 6)
    bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
    const hex = bytes.toString('hex')
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  }

  /** With the same counter, and chance behind it. */
  ulid(nowMs: bigint): string {
    const { ms, count } = this.#nextMoment(nowMs)
    const bytes = randomBytes(16)
    bytes.writeUIntBE(ms, 0, 6)
    bytes.writeUInt16BE((count << 4) | ((bytes[7] ?? 0) & 0x0f), 6)
    let number = BigInt(`0x${bytes.toString('hex')}`)
    let text = ''
    for (let at = 0; at < 26; at++) {
      text = `${CROCKFORD[Number(number % 32n)] ?? '0'}${text}`
      number /= 32n
    }
    return text
  }

  #nextMoment(nowMs: bigint): { readonly ms: number; readonly count: number } {
    this.#moment = later(nowMs * NUMBERS_PER_MS, this.#moment)
    return { ms: Number(this.#moment / NUMBERS_PER_MS), count: Number(this.#moment % NUMBERS_PER_MS) }
  }
}

function later(now: bigint, last: bigint): bigint {
  return now > last ? now : last + 1n
}
