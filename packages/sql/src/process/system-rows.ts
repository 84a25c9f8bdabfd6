/** What the broker knows of itself, as rows of system tables (engine/system/columns.ts). One machine is a cluster of one node. */
import { arch, hostname, platform } from 'node:os'
import process from 'node:process'
import { CONNECTIONS_MAX, SQL_READERS_MAX } from '@logbrook/kafka/limits'
import type { SqliteValue } from '../data-type.ts'

export type Row = readonly SqliteValue[]

const NODE_ID = 1
const MIB = 2 ** 20

export function statRows({ version, users }: { readonly version: string; readonly users: number }): readonly Row[] {
  return [
    ['total_users', String(users)],
    ['server_version', version],
    ['server_workers_effective', String(SQL_READERS_MAX + 1)],
    ['max_connections', String(CONNECTIONS_MAX)],
    ['memory_usage_mb', String(memoryMib())],
    ['uptime_seconds', String(uptimeSeconds())],
  ]
}

/** By the names of the program's settings. */
export function settingRows(
  settings: Readonly<Record<string, { readonly value: string | number; readonly meaning: string }>>,
): readonly Row[] {
  return Object.entries(settings).map(([name, { value, meaning }]) => [name, String(value), meaning, 'sql'])
}

export function clusterRow(version: string): Row {
  const seconds = uptimeSeconds()
  return [
    'standalone',
    NODE_ID,
    'leader',
    'active',
    '',
    '',
    1,
    1,
    0,
    0,
    0,
    null,
    null,
    null,
    null,
    hostname(),
    version,
    memoryMib(),
    null,
    seconds,
    `${Math.floor(seconds / 3_600)}h ${Math.floor(seconds / 60) % 60}m`,
    platform(),
    arch(),
  ]
}

function memoryMib(): number {
  return Math.round(process.memoryUsage.rss() / MIB)
}

function uptimeSeconds(): number {
  return Math.floor(process.uptime())
}
