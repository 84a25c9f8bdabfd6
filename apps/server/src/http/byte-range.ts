/** Which bytes of something a request wants (RFC 9110, 14). */

export interface ByteRange {
  readonly from: number
  /** Exclusive. */
  readonly end: number
}

const RANGE = /^bytes=(?<first>\d{0,16})-(?<last>\d{0,16})$/i

/**
 * One range of `size` bytes; `null`: all of it, which is also the answer to several ranges and to what is no range at all.
 * `unsatisfiable`: it lies behind the end.
 */
export function byteRangeOf(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const { first = '', last = '' } = RANGE.exec(header?.replaceAll(' ', '') ?? '')?.groups ?? {}
  if (first === '') return last === '' ? null : lastBytes(Number(last), size)
  const from = Number(first)
  const end = last === '' ? size : Math.min(Number(last) + 1, size)
  if (last !== '' && Number(last) < from) return null
  return from < size ? { from, end } : 'unsatisfiable'
}

function lastBytes(count: number, size: number): ByteRange | 'unsatisfiable' {
  return count === 0 || size === 0 ? 'unsatisfiable' : { from: Math.max(0, size - count), end: size }
}
