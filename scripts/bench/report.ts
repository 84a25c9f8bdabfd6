/** Findings as a table that reads well on a terminal and in Markdown alike. */
import type { Finding } from './scenario.ts'
import type { Spread } from './statistics.ts'

const HEADINGS = [
  'path',
  'unit',
  'min / median / max',
  'floor, median',
  'of floor',
  'p50 / p99 / slowest ms',
  'server cores',
  'RSS MB',
  'wrk cores',
  'settings',
]

export function table(findings: readonly Finding[]): string {
  return markdownTable([HEADINGS, ...findings.map(cells)])
}

/** One line for each finding, for whoever watches. */
export function line(finding: Finding): string {
  return cells(finding)
    .filter((cell) => cell !== '')
    .join('  ')
}

function cells({ name, unit, spread, floor, latency, usage, note }: Finding): readonly string[] {
  return [
    name,
    unit,
    shown(spread),
    floor === undefined ? '' : `${floor.name} ${rounded(floor.spread.median)}`,
    floor === undefined ? '' : (spread.median / floor.spread.median).toFixed(3),
    latency === undefined ? '' : [latency.p50Ms, latency.p99Ms, latency.slowestMs].map(rounded).join(' / '),
    usage === undefined ? '' : usage.serverCores.toFixed(2),
    usage === undefined ? '' : rounded(usage.rssMb),
    usage === undefined ? '' : usage.generatorCores.toFixed(2),
    note,
  ]
}

function shown({ min, median, max }: Spread): string {
  return min === max ? rounded(median) : [min, median, max].map(rounded).join(' / ')
}

/** Three digits that mean something are enough for what varies by a tenth. */
function rounded(value: number): string {
  if (value >= 100_000) return `${Math.round(value / 1000)}k`
  if (value >= 100) return String(Math.round(value))
  return String(Number(value.toPrecision(3)))
}

function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}
