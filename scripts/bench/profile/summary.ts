/** A CPU profile on one screen: the files that took most, and in each the functions that did. */
import type { Stack } from './cpu-profile.ts'

const FILES = 12
const FUNCTIONS_PER_FILE = 3

interface FileTime {
  us: number
  readonly byFunction: Map<string, number>
}

/** Self time, in shares of all that was not idle and in microseconds per request. */
export function summarizeProfile(stacks: readonly Stack[], requests: number): string {
  const busy = stacks.filter(({ frames }) => frames[0]?.name !== '(idle)')
  const busyUs = busy.reduce((sum, { selfUs }) => sum + selfUs, 0)
  const show = (us: number) => `${((100 * us) / busyUs).toFixed(1).padStart(5)} %  ${(us / requests).toFixed(1).padStart(6)} µs`
  const lines = largest(byFile(busy), FILES, ({ us }) => us).flatMap(([file, { us, byFunction }]) =>
    [`${show(us)}  ${file}`].concat(
      largest(byFunction, FUNCTIONS_PER_FILE, (functionUs) => functionUs).map(([name, functionUs]) => `${show(functionUs)}    ${name}`),
    ),
  )
  return [`self time of the main thread, ${(busyUs / requests).toFixed(1)} µs per request`, ...lines].join('\n')
}

function byFile(stacks: readonly Stack[]): ReadonlyMap<string, FileTime> {
  const files = new Map<string, FileTime>()
  for (const { frames, selfUs } of stacks) {
    const [own] = frames
    if (own === undefined) continue
    const file = own.file === '' ? "native code and V8's own" : own.file
    const time = files.get(file) ?? { us: 0, byFunction: new Map<string, number>() }
    const name = own.file === '' ? own.name : `${own.name} :${own.line}`
    time.us += selfUs
    time.byFunction.set(name, (time.byFunction.get(name) ?? 0) + selfUs)
    files.set(file, time)
  }
  return files
}

function largest<T>(times: ReadonlyMap<string, T>, count: number, usOf: (time: T) => number): readonly (readonly [string, T])[] {
  return [...times].toSorted(([, a], [, b]) => usOf(b) - usOf(a)).slice(0, count)
}
