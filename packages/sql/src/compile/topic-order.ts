/**
 * The order in which a query wants a topic's records, where they can be read in it: without a sort, and with LIMIT no further than it is reached.
 *
 * `SELECT … FROM topic('logs') ORDER BY "offset" DESC LIMIT 10` is what everyone asks who wants to see the latest records. Of a million of 300
 * bytes, a hundred in a row, to read and sort all takes 2.1 seconds, to read from the end 2 milliseconds.
 *
 * - It is only looked for where nothing else than the order decides which rows come first: one topic alone, without groups and DISTINCT.
 * - Whether it holds is known when the records are found: by offset those of one partition are ordered, by time where their rows are.
 */
import type { Node, RangeFunction, SelectStmt } from 'libpg-query'
import { boundColumn, topicName } from './bounds.ts'
import type { BoundColumn } from './bounds.ts'
import { nameOf } from './names.ts'
import type { TopicOrder } from './relation.ts'

interface Term {
  readonly column: BoundColumn
  readonly isDescending: boolean
}

/** Of the topic at `node`, read by `select`; `null`: none in which it could be read. */
export function orderOf(node: RangeFunction, select: SelectStmt | null): TopicOrder | null {
  if (select?.sortClause === undefined || !isOfOnly(node, select)) return null
  const terms = select.sortClause.map((term) => termOf(term, node, select))
  const [first, second] = terms
  if (first === null || first === undefined) return null
  if (first.column === 'offset') return { partitions: null, by: 'offset', isDescending: first.isDescending }
  // Those of one moment are in the order of their offsets: the same way.
  const isWhole = second === undefined || (second?.column === 'offset' && second.isDescending === first.isDescending)
  if (first.column === 'timestamp') return isWhole ? { partitions: null, by: 'timestamp', isDescending: first.isDescending } : null
  const partitions = first.isDescending ? 'descending' : 'ascending'
  // Records of a partition, in no order that is asked for.
  if (second === undefined) return { partitions, by: 'offset', isDescending: false }
  // What comes behind an offset decides nothing.
  return second?.column === 'offset' ? { partitions, by: 'offset', isDescending: second.isDescending } : null
}

function isOfOnly(topic: RangeFunction, { fromClause = [], groupClause, havingClause, distinctClause }: SelectStmt): boolean {
  const isAlone = fromClause.length === 1 && fromClause.every((item) => 'RangeFunction' in item && item.RangeFunction === topic)
  return isAlone && groupClause === undefined && havingClause === undefined && distinctClause === undefined
}

function termOf(term: Node, topic: RangeFunction, { targetList = [] }: SelectStmt): Term | null {
  if (!('SortBy' in term)) return null
  const { node, sortby_dir: direction } = term.SortBy
  const column = boundColumn(node, topicName(topic), true)
  if (column === null || targetList.some((target) => isCalled(column, target, topic))) return null
  return { column, isDescending: direction === 'SORTBY_DESC' }
}

/** Whether a column of the answer has the name and is another: ORDER BY means that one. */
function isCalled(column: BoundColumn, target: Node, topic: RangeFunction): boolean {
  const { name, val } = 'ResTarget' in target ? target.ResTarget : {}
  if (val === undefined || boundColumn(val, topicName(topic), true) === column) return false
  return (name ?? nameOf(val)).toLowerCase() === column
}
