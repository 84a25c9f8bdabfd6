/** The data directory: whether it is there or can be made, whose it is, and what room its disk has. */
import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { sizeOf } from '../progress.ts'
import type { Finding } from './finding.ts'

interface Holding {
  /** Who holds the directory, where somebody does. */
  readonly owner: string | null
  /** Whether that is the broker that listens where this one would. */
  readonly isRunning: boolean
}

export function checkDirectory(dataDir: string, { owner, isRunning }: Holding): Finding {
  const check = 'directory'
  const existing = nearestExisting(resolve(dataDir))
  const state = existing === resolve(dataDir) ? 'writable' : 'will be made'
  const problem = writeProblem(existing)
  if (problem !== undefined) {
    const advice = `let this user write ${existing}, or take another place: --data-dir DIR`
    return { check, status: 'fail', detail: `${dataDir} cannot be written: ${problem}`, advice }
  }
  const kind = NETWORK_FILE_SYSTEMS.get(statfsSync(existing).type)
  if (kind !== undefined) {
    const advice = "take a directory on a disk of this machine: SQLite's write-ahead log needs memory that all its processes share"
    return { check, status: 'warn', detail: `${dataDir} lies on a network file system (${kind})`, advice }
  }
  if (owner === null) return { check, status: 'ok', detail: `${dataDir}, ${state}` }
  const detail = `${dataDir}, in use by ${owner}`
  if (isRunning) return { check, status: 'ok', detail }
  return { check, status: 'fail', detail, advice: 'end that one, talk to it (--url URL), or keep another log: --data-dir DIR' }
}

/** Numbers of statfs(2). */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x69_69, 'NFS'],
  [0xff_53_4d_42, 'CIFS'],
  [0xfe_53_4d_42, 'SMB'],
  [0x51_7b, 'SMB'],
  [0x01_02_19_97, '9P'],
])

function nearestExisting(path: string): string {
  return statSync(path, { throwIfNoEntry: false }) === undefined && dirname(path) !== path ? nearestExisting(dirname(path)) : path
}

/** Tried and not asked for: modes say nothing of disks that are mounted for reading. */
function writeProblem(directory: string): string | undefined {
  const file = join(directory, `.logbrook-doctor-${process.pid}`)
  try {
    writeFileSync(file, '', { flag: 'wx' })
    rmSync(file)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const ROOM_BYTES_MIN = 100 * 2 ** 20
const ROOM_BYTES_COMFORTABLE = 2 ** 30

export function checkDisk(dataDir: string): Finding {
  const { bavail, bsize } = statfsSync(nearestExisting(resolve(dataDir)))
  return diskFinding(bavail * bsize)
}

export function diskFinding(roomBytes: number): Finding {
  const [check, detail] = ['disk', `${sizeOf(roomBytes)} free`]
  if (roomBytes >= ROOM_BYTES_COMFORTABLE) return { check, status: 'ok', detail }
  const advice = 'make room, or bound the topics: logbrook topics alter NAME -c retention.bytes=1GiB'
  return { check, status: roomBytes < ROOM_BYTES_MIN ? 'fail' : 'warn', detail, advice }
}
