/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4): Kafka's checksum of a record batch. `node:zlib` has only CRC-32 (IEEE).
 *
 * Slicing-by-8: eight bytes a step through eight tables, four times the speed of a byte a step.
 */

/** 0x1EDC6F41 with its bits reversed: the checksum takes the lowest bit of a byte first. */
const POLYNOMIAL = 0x82f63b78

/** `TABLES[256 * k + b]`: what byte `b` adds to the checksum when `k` more bytes follow it. */
const TABLES = new Int32Array(8 * 256)

for (let byte = 0; byte < 256; byte++) {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  TABLES[byte] = crc
}
for (let i = 256; i < TABLES.length; i++) {
  const before = TABLES[i - 256]!
  TABLES[i] = (before >>> 8) ^ TABLES[before & 0xff]!
}

/** The checksum as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  const end = bytes.length
  let crc = -1
  let at = 0
  for (; at + 8 <= end; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc =
      TABLES[0x700 + (crc & 0xff)]! ^
      TABLES[0x600 + ((crc >>> 8) & 0xff)]! ^
      TABLES[0x500 + ((crc >>> 16) & 0xff)]! ^
      TABLES[0x400 + (crc >>> 24)]! ^
      TABLES[0x300 + bytes[at + 4]!]! ^
      TABLES[0x200 + bytes[at + 5]!]! ^
      TABLES[0x100 + bytes[at + 6]!]! ^
      TABLES[bytes[at + 7]!]!
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ TABLES[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}
