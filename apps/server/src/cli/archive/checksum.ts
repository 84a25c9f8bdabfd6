/** A CRC-32 as archives spell it, and `unzip -v`: `9ae0daaf`. */
export function checksumText(crc32: number): string {
  return crc32.toString(16).padStart(8, '0')
}
