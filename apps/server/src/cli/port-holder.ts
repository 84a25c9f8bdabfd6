/** Who listens on a port, where the system lets us see it: Linux, and only processes of the same user. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { printable } from './style.ts'

export interface PortHolder {
  readonly pid: number
  readonly command: string
}

const COMMAND_LENGTH_MAX = 120
/** In the fourth column of /proc/net/tcp: a socket that listens. */
const LISTENING = '0A'

export function findPortHolder(port: number): PortHolder | undefined {
  const sockets = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`),
  )
  if (sockets.size === 0) return undefined
  const pid = listed('/proc').find((name) => /^\d+$/.test(name) && holds(name, sockets))
  return pid === undefined ? undefined : { pid: Number(pid), command: commandOf(pid) }
}

/** ` sl local_address rem_address st … inode`, addresses as HEX:PORT. */
function listeningInodes(table: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = textOf(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  return rows.flatMap(([, local = '', , state, , , , , , inode]) =>
    state === LISTENING && local.endsWith(suffix) && inode !== undefined ? [inode] : [],
  )
}

function holds(pid: string, sockets: ReadonlySet<string>): boolean {
  return listed(`/proc/${pid}/fd`).some((fd) => {
    try {
      return sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`))
    } catch {
      return false
    }
  })
}

function commandOf(pid: string): string {
  const [program = '', ...args] = textOf(`/proc/${pid}/cmdline`).split('\0')
  const command = printable([basename(program), ...args].join(' ').trim())
  return command.length > COMMAND_LENGTH_MAX ? `${command.slice(0, COMMAND_LENGTH_MAX)}…` : command
}

/** Processes come and go, and others' are not ours to see: nothing, then. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function listed(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
