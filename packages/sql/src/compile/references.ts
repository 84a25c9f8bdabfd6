/**
 * Finds what a statement reads: every name in a FROM clause that is no CTE, however deep.
 *
 * - A CTE is seen by the query that it stands before, by the CTEs after it, and by all that is inside of them.
 * - It goes through the whole tree once, so that it also finds out how deep it is.
 */
import type { Node, RangeFunction, RangeVar, SelectStmt } from 'libpg-query'
import { SQL_TREE_DEPTH_MAX } from '@logbrook/kafka/limits'
import { boundsOf } from './bounds.ts'
import { constantOf } from './constants.ts'
import type { Given } from './given.ts'
import type { Reference } from './relation.ts'
import { orderOf } from './topic-order.ts'
import { invalid, only, stringsOf, unsupported } from './tree.ts'

/** By the node that names it. */
export type Places = ReadonlyMap<object, Reference>

/** @throws SqlError */
export function findReferences(roots: readonly (Node | undefined)[], given: Given): Places {
  const search = new Search(given)
  for (const root of roots) search.visit(root, new Set(), null, 0)
  return search.places
}

class Search {
  readonly places = new Map<object, Reference>()
  readonly #given: Given

  constructor(given: Given) {
    this.#given = given
  }

  visit(value: unknown, ctes: ReadonlySet<string>, select: SelectStmt | null, depth: number): void {
    if (typeof value !== 'object' || value === null) return
    if (depth > SQL_TREE_DEPTH_MAX) throw invalid(`it is nested deeper than ${SQL_TREE_DEPTH_MAX}`)
    if (Array.isArray(value)) {
      for (const element of value) this.visit(element, ctes, select, depth)
    } else if ('limitOption' in value) this.#select(value as SelectStmt, ctes, depth + 1)
    else if ('RangeVar' in value) this.#table(value.RangeVar as RangeVar, ctes)
    else if ('RangeFunction' in value) this.#topic(value.RangeFunction as RangeFunction, select)
    else for (const member of Object.values(value)) this.visit(member, ctes, select, depth + 1)
  }

  #select(select: SelectStmt, outer: ReadonlySet<string>, depth: number): void {
    if (select.withClause?.recursive === true) throw unsupported('WITH RECURSIVE')
    const ctes = new Set(outer)
    for (const node of select.withClause?.ctes ?? []) {
      if (!('CommonTableExpr' in node)) continue
      this.visit(node.CommonTableExpr.ctequery, new Set(ctes), select, depth)
      ctes.add((node.CommonTableExpr.ctename ?? '').toLowerCase())
    }
    for (const [name, member] of Object.entries(select)) {
      if (name !== 'withClause') this.visit(member, ctes, select, depth)
    }
  }

  #table(table: RangeVar, ctes: ReadonlySet<string>): void {
    const name = (table.relname ?? '').toLowerCase()
    const catalog = table.catalogname?.toLowerCase()
    if (catalog !== undefined && catalog !== 'kalam') throw unsupported(`catalog '${catalog}'`)
    if (table.schemaname === undefined && ctes.has(name)) return
    this.places.set(table, { kind: 'table', table: { namespace: table.schemaname?.toLowerCase() ?? null, name } })
  }

  #topic(node: RangeFunction, select: SelectStmt | null): void {
    const topic = topicOf(node, this.#given)
    this.places.set(node, { kind: 'topic', topic, bounds: boundsOf(node, select, this.#given), order: orderOf(node, select) })
  }
}

/** `topic('logs')`; no other function is a table. */
function topicOf(node: RangeFunction, given: Given): string {
  only(node, 'table function', 'functions', 'alias')
  const [list] = node.functions ?? []
  const [call] = list !== undefined && 'List' in list ? (list.List.items ?? []) : []
  const name = call !== undefined && 'FuncCall' in call ? stringsOf(call.FuncCall.funcname) : []
  if (call === undefined || !('FuncCall' in call) || name.length !== 1 || name[0]?.toLowerCase() !== 'topic') {
    throw unsupported(`table function '${name.join('.')}'`)
  }
  only(call.FuncCall, 'topic()', 'funcname', 'args', 'funcformat', 'location')
  const [argument] = call.FuncCall.args ?? []
  const topic = argument === undefined || call.FuncCall.args?.length !== 1 ? null : constantOf(argument, given)
  if (typeof topic?.value !== 'string') throw invalid("topic() takes the name of one topic: topic('logs')")
  return topic.value
}
