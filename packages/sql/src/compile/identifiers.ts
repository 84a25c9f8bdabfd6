/** SNOWFLAKE_ID(), UUID_V7() and ULID(): all of them rise. */
import { randomBytes } from 'node:crypto'

/** 2024-01-01. */
const SNOWFLAKE_EPOCH_MS = 1_704_067_200_000n
/** So that an identifier stays below 2^53, and is exact in JavaScript, up to the year 2093. */
const SNOWFLAKES_PER_MS = 4_096n
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export class Identifiers {
  #snowflake = 0n

  /** Those of one millisecond that are too many are of the next. */
  snowflake(nowMs: bigint): bigint {
    const first = (nowMs - SNOWFLAKE_EPOCH_MS) * SNOWFLAKES_PER_MS
    this.#snowflake = first > this.#snowflake ? first : this.#snowflake + 1n
    return this.#snowflake
  }

  /** RFC 9562. */
  uuid(nowMs: bigint): string {
    const bytes = this.#timed(nowMs)
    bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
    bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
    const hex = bytes.toString('hex')
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  }

  ulid(nowMs: bigint): string {
    let number = BigInt(`0x${this.#timed(nowMs).toString('hex')}`)
    let text = ''
    for (let at = 0; at < 26; at++) {
      text = `${CROCKFORD[Number(number % 32n)] ?? '0'}${text}`
      number /= 32n
    }
    return text
  }

  /** Six bytes of milliseconds, ten of chance. */
  #timed(nowMs: bigint): Buffer {
    const bytes = randomBytes(16)
    bytes.writeUIntBE(Number(nowMs), 0, 6)
    return bytes
  }
}
