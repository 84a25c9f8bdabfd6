/** What a process takes, as Linux counts it in /proc; on other systems every figure is NaN. */
import { readFileSync } from 'node:fs'

export interface Usage {
  readonly cpuSeconds: number
  readonly rssMb: number
  /** The most it ever was. */
  readonly peakRssMb: number
}

export function usageOf(pid: number): Usage {
  const times = statTimes(pid)
  return { cpuSeconds: times.own, rssMb: statusMb(pid, 'VmRSS'), peakRssMb: statusMb(pid, 'VmHWM') }
}

/** Of a process and those that it has started: pages that they share are in each of them. */
export function usageWithChildren(pid: number): Omit<Usage, 'peakRssMb'> {
  const total = { cpuSeconds: 0, rssMb: 0 }
  for (const usage of [pid, ...childrenOf(pid)].map(usageOf)) {
    total.cpuSeconds += usage.cpuSeconds
    total.rssMb += usage.rssMb
  }
  return total
}

/** Node starts processes from its main thread. */
function childrenOf(pid: number): readonly number[] {
  return (read(`/proc/${pid}/task/${pid}/children`).match(/\d+/g) ?? []).map(Number)
}

/** Of the children of this process that have ended. */
export function childrenCpuSeconds(): number {
  return statTimes(process.pid).children
}

/** Linux counts in hundredths of a second, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100
const KB_PER_MB = 1000

/** The fields of proc(5) from the state on: the name before it may hold anything. */
function statTimes(pid: number): { own: number; children: number } {
  const text = read(`/proc/${pid}/stat`)
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [user = NaN, system = NaN, childrenUser = NaN, childrenSystem = NaN] = fields.slice(11, 15)
  return { own: (user + system) / TICKS_PER_SECOND, children: (childrenUser + childrenSystem) / TICKS_PER_SECOND }
}

function statusMb(pid: number, field: string): number {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(read(`/proc/${pid}/status`))?.[1]
  return Math.round((Number(kib ?? NaN) * 1.024) / KB_PER_MB)
}

function read(path: string): string {
  return process.platform === 'linux' ? readFileSync(path, 'utf8') : ''
}
