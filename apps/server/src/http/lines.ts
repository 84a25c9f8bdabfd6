/** Finds where the lines of a body lie: of newline-delimited JSON, say, where a line is a record's value. */

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/**
 * Pairs of (start, end) into `body`, one for each line that is not empty. A line ends before LF or CRLF, the last one also at the end of
 * the body; its bytes are not looked at otherwise.
 */
export function sliceLines(body: Buffer): Int32Array {
  const ranges: number[] = []
  let start = 0
  while (start < body.length) {
    const lineFeed = body.indexOf(LINE_FEED, start)
    const next = lineFeed === -1 ? body.length : lineFeed
    const end = lineFeed > start && body[lineFeed - 1] === CARRIAGE_RETURN ? lineFeed - 1 : next
    if (end > start) ranges.push(start, end)
    start = next + 1
  }
  return Int32Array.from(ranges)
}
