/** Reads a `.cpuprofile`: who was running, and who had called it, at each sample. */

/** As V8 writes it; times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  readonly startTime: number
  readonly samples: readonly number[]
  /** From the sample before, of the first one from `startTime`. */
  readonly timeDeltas: readonly number[]
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly children?: readonly number[]
}

/** `file` is empty for what is not JavaScript; V8 puts names such as `(garbage collector)` there. */
export interface Frame {
  readonly name: string
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** A stack that was seen, its own frame first, and for how long nothing was above it. */
export interface Stack {
  readonly frames: readonly Frame[]
  readonly selfUs: number
}

/** In V8's clock, which is that of `process.hrtime`. */
export interface Window {
  readonly fromUs: number
  readonly untilUs: number
}

/** The stacks seen within the window. A sample counts until the next one. */
export function stacksIn({ nodes, startTime, samples, timeDeltas }: CpuProfile, { fromUs, untilUs }: Window): readonly Stack[] {
  const selfUs = new Map<number, number>()
  let atUs = startTime
  for (const [i, id] of samples.entries()) {
    atUs += timeDeltas[i] ?? 0
    if (atUs < fromUs || atUs >= untilUs) continue
    selfUs.set(id, (selfUs.get(id) ?? 0) + Math.max(0, timeDeltas[i + 1] ?? 0))
  }
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  return selfUs
    .entries()
    .map(([id, us]) => ({ frames: framesOf(id), selfUs: us }))
    .toArray()

  function framesOf(leaf: number): readonly Frame[] {
    const frames: Frame[] = []
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) frames.push(frameOf(byId.get(id)!))
    return frames
  }
}

function frameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): Frame {
  return { name: functionName === '' ? '(anonymous)' : functionName, file: shortFile(url), line: lineNumber + 1 }
}

/** `packages/storage/src/writer.ts`, `better-sqlite3/lib/database.js`, `node:net`. */
function shortFile(url: string): string {
  return /(?:.*\/node_modules\/|.*\/(?=(?:apps|packages)\/))(.*)/.exec(url)?.[1] ?? url
}
