/**
 * Kafka's variable-length integers (protocol guide, "Protocol Primitive Types"): zigzag, so that small magnitudes of either
 * sign are small (0, −1, 1, −2 → 0, 1, 2, 3), then seven bits a byte, lowest first, the high bit set while more bytes follow.
 *
 * - A varint is 32-bit and at most 5 bytes long; a varlong is 64-bit and at most 10.
 * - A varlong that is a varint's size has the same bytes; only larger ones pay for BigInt.
 */

export function isInt32(value: number): boolean {
  return value === (value | 0)
}

export function zigzag32(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0
}

export function unzigzag32(encoded: number): number {
  return (encoded >>> 1) ^ -(encoded & 1)
}

export function zigzag64(value: number): bigint {
  const wide = BigInt(value)
  return wide < 0n ? -2n * wide - 1n : 2n * wide
}

export function unzigzag64(encoded: bigint): bigint {
  return (encoded >> 1n) ^ -(encoded & 1n)
}

/** Bytes that `value`, 32-bit, takes as a varint. */
export function varintLength(value: number): number {
  const encoded = zigzag32(value)
  if (encoded < 0x80) return 1
  if (encoded < 0x4000) return 2
  if (encoded < 0x20_0000) return 3
  return encoded < 0x1000_0000 ? 4 : 5
}

/** Bytes that `value`, a safe integer, takes as a varlong. */
export function varlongLength(value: number): number {
  return isInt32(value) ? varintLength(value) : Math.ceil(zigzag64(value).toString(2).length / 7)
}
