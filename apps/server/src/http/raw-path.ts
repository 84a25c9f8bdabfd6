/**
 * The path and the query as they came over the wire. A `URL` would resolve dots and encoded dots, so that a request for one
 * topic could be routed to another place.
 */

const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i

/** Begins with a slash; percent escapes, dots and repeated slashes are as they were sent. */
export function rawPath(target: string): string {
  const path = untilQuery(withoutOrigin(target))
  return path === '' ? '/' : path
}

/** Without the question mark. */
export function rawQuery(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? '' : target.slice(mark + 1)
}

/** A target in absolute form is what a proxy sends. */
function withoutOrigin(target: string): string {
  return target.startsWith('/') ? target : target.replace(ABSOLUTE_FORM, '')
}

function untilQuery(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? target : target.slice(0, mark)
}

/** Repeated slashes collapse and one at the end goes, as senders add them (contract D15). */
export function withoutSpareSlashes(path: string): string {
  if (!path.includes('//') && !path.endsWith('/')) return path
  const collapsed = path.replaceAll(/\/{2,}/g, '/')
  return collapsed.length > 1 && collapsed.endsWith('/') ? collapsed.slice(0, -1) : collapsed
}

/** A path segment without its percent escapes, or `null` when they are not those of UTF-8 text. */
export function decodeSegment(segment: string): string | null {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
