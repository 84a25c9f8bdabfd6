/**
 * What a refusal of a word says behind it: `; did you mean port?` where one of those there are is near, else which there are, unless
 * that would be more than a person reads.
 *
 * @param show how a sentence writes a candidate
 */
export function suggestion(word: string, candidates: readonly string[], show = (candidate: string) => candidate): string {
  const near = nearest(word, candidates)
  if (near !== undefined) return `; did you mean ${show(near)}?`
  const [last, ...others] = candidates.map((candidate) => show(candidate)).toReversed()
  if (last === undefined || candidates.length > CANDIDATES_LISTED_MAX) return ''
  return others.length === 0 ? `; there is only ${last}` : `; there are ${others.toReversed().join(', ')} and ${last}`
}

const CANDIDATES_LISTED_MAX = 20

/** The candidate that takes the fewest edits to become `word`, or that holds it or is held by it; `undefined` where none is like it. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = word.toLowerCase()
  let best: string | undefined
  let bestEdits = Infinity
  for (const candidate of candidates) {
    const known = candidate.toLowerCase()
    const edits = editDistance(wanted, known)
    if (edits < bestEdits && isLike(wanted, known, edits)) [best, bestEdits] = [candidate, edits]
  }
  return best
}

/** Shorter words are part of many by chance. */
const PART_LENGTH_MIN = 3

function isLike(a: string, b: string, edits: number): boolean {
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a]
  if (edits <= Math.max(1, Math.floor(longer.length / 3))) return shorter.length > edits
  return shorter.length >= PART_LENGTH_MIN && longer.includes(shorter)
}

/** Levenshtein's distance, with two letters that have changed places as one edit; a row at a time. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity
      next.push(Math.min(replaced, swapped, row[j]! + 1, next[j - 1]! + 1))
    }
    before = row
    row = next
  }
  return row[b.length]!
}
