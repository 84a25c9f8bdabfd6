/**
 * Live queries over tables: who watches which query, and the rows that there were.
 *
 * - A query of the same text over the same rows is held against each change once, however many subscribe to it.
 * - A subscriber is watched for before the snapshot is taken, and the snapshot is taken behind everything that was given to the writer without
 *   it: each change is either in the rows of the snapshot, by its `_seq`, or told.
 * - Rows that were deleted before the snapshot come behind those that there are, which may have a later `_seq`. KalamDB's clients take whatever has
 *   one that is not later for what they know, so that those deletions have none.
 */
import {
  LIVE_BATCH_BYTES_MAX,
  LIVE_CHANGES_PER_FRAME_BYTES_MAX,
  LIVE_CHANGES_PER_FRAME_MAX,
  LIVE_CHANGES_PER_TRANSACTION_MAX,
} from '@logbrook/kafka/limits'
import type { ChangeOperation } from '../catalog/table.ts'
import type { Described, EngineRequest, LiveRows, ResultColumn, WatchedChange, WatchedTable } from '../protocol.ts'
import { LiveError } from './live-error.ts'
import { changeMessage } from './messages.ts'
import type { LiveRow } from './messages.ts'
import type { Ask, Beginning, LiveListener, LiveQuery, LiveRowsRead, LiveSource, Told } from './live-source.ts'

type TableSource = Extract<Described['source'], { readonly kind: 'table' }>
type ReadLive = Extract<EngineRequest, { readonly kind: 'read-live' }>

interface Member {
  readonly listener: LiveListener
  /** `null`: not known yet. */
  snapshot: bigint | null
}

interface Watch {
  readonly watched: WatchedTable
  readonly members: Set<Member>
}

export class WatchedTables {
  /** By key. */
  readonly #watches = new Map<string, Watch>()
  /** By what makes two queries the same. */
  readonly #keys = new Map<string, string>()
  #lastKey = 0
  #list: readonly WatchedTable[] | undefined

  /** What each change is to be held against; the same list for as long as it is the same. */
  list(): readonly WatchedTable[] {
    return (this.#list ??= Array.from(this.#watches.values(), ({ watched }) => watched))
  }

  join(query: LiveQuery, { tableId, owner }: TableSource, member: Member): () => void {
    const { text, namespace, caller } = query
    const identity = JSON.stringify([tableId, owner, namespace, text, dependsOnUser(text) ? [caller.user, caller.role] : null])
    const key = this.#keys.get(identity) ?? String(++this.#lastKey)
    const watch = this.#watches.get(key) ?? { watched: { tableId, owner, key, text, namespace, caller }, members: new Set() }
    this.#keys.set(identity, key)
    if (!this.#watches.has(key)) this.#list = undefined
    this.#watches.set(key, watch)
    watch.members.add(member)
    return () => {
      watch.members.delete(member)
      if (watch.members.size > 0) return
      this.#list = undefined
      this.#watches.delete(key)
      this.#keys.delete(identity)
    }
  }

  /** Those of one transaction, in order. */
  tell(changes: readonly WatchedChange[]): void {
    for (const run of runsOf(changes)) {
      const members = this.#watches.get(run.key)?.members
      if (members === undefined) continue
      const { operation, seq, rows, olds, isCut } = run
      const told = changeMessage(operation, rows, olds)
      for (const member of members) {
        if (isCut) member.listener.end(tooManyChanges())
        else if (member.snapshot === null) member.listener.tell(told, () => seq > member.snapshot!)
        else if (seq > member.snapshot) member.listener.tell(told, () => true)
      }
    }
  }

  /** Of all who watch. */
  listeners(): readonly { readonly watched: WatchedTable; readonly listeners: readonly LiveListener[] }[] {
    return Array.from(this.#watches.values(), ({ watched, members }) => ({
      watched,
      listeners: Array.from(members, ({ listener }) => listener),
    }))
  }
}

function tooManyChanges(): LiveError {
  return new LiveError(
    'SLOW_CONSUMER',
    `Too many changes: a transaction made more than the ${LIVE_CHANGES_PER_TRANSACTION_MAX} that are told`,
  )
}

const USER_FUNCTIONS = /current_(?:user|role)/i

function dependsOnUser(text: string): boolean {
  return USER_FUNCTIONS.test(text)
}

/** Consecutive changes of one query that are of one kind, which are told together. */
interface ChangeRun {
  readonly key: string
  readonly operation: ChangeOperation
  readonly seq: bigint
  readonly rows: string[]
  readonly olds: string[]
  bytes: number
  /** What came then was too much to be told. */
  isCut: boolean
}

function runsOf(changes: readonly WatchedChange[]): readonly ChangeRun[] {
  const runs: ChangeRun[] = []
  const last = new Map<string, ChangeRun>()
  for (const { key, operation, seq, row, old } of changes) {
    let run = last.get(key)
    const isCut = row === null && old === null
    if (run === undefined || run.operation !== operation || isCut || isFull(run)) {
      run = { key, operation, seq, rows: [], olds: [], bytes: 0, isCut }
      last.set(key, run)
      runs.push(run)
    }
    if (row !== null) run.bytes += run.rows[run.rows.push(JSON.stringify(row)) - 1]!.length
    if (old !== null) run.bytes += run.olds[run.olds.push(JSON.stringify(old)) - 1]!.length
  }
  return runs
}

function isFull({ rows, olds, bytes }: ChangeRun): boolean {
  return Math.max(rows.length, olds.length) >= LIVE_CHANGES_PER_FRAME_MAX || bytes >= LIVE_CHANGES_PER_FRAME_BYTES_MAX
}

export interface TableSourceOptions {
  readonly query: LiveQuery
  readonly source: TableSource
  readonly schema: readonly ResultColumn[]
  readonly tables: WatchedTables
  readonly ask: Ask
  readonly nowMs: () => number
}

export function tableSource({ query, source, schema, tables, ask, nowMs }: TableSourceOptions): LiveSource {
  let leave: (() => void) | undefined
  let member: Member | undefined
  /** The last row's that was read. */
  let after: bigint | null = null
  let isFirst = true

  async function readUpToSnapshot(bounds: Pick<ReadLive, 'after' | 'deleted' | 'last' | 'rowsMax' | 'bytesMax'>): Promise<LiveRows> {
    return await ask<LiveRows>({ kind: 'read-live', ...query, nowMs: nowMs(), upto: member!.snapshot!, ...bounds })
  }

  return {
    namespace: source.namespace,
    name: source.name,
    schema,
    isWatched: true,
    async start(listener) {
      member = { listener, snapshot: null }
      leave = tables.join(query, source, member)
      member.snapshot = await ask<bigint>({ kind: 'last-seq' })
    },
    async read(beginning: Beginning, rowsMax): Promise<LiveRowsRead> {
      const { rows, lastSeq, hasMore } = await readUpToSnapshot({
        after: isFirst ? beginning.from : after,
        deleted: false,
        last: isFirst ? beginning.last : null,
        rowsMax,
        bytesMax: LIVE_BATCH_BYTES_MAX,
      })
      isFirst = false
      after = lastSeq ?? after
      return { rows, hasMore, lastSeq: after }
    },
    async *deletions(from) {
      let place: bigint | null = from
      for (let isMore = true; isMore;) {
        const { rows, lastSeq, hasMore } = await readUpToSnapshot({ ...DELETIONS, after: place })
        if (rows.length > 0) yield deletionsMessage(rows, after)
        place = lastSeq
        isMore = hasMore
      }
    },
    stop: () => leave?.(),
  }
}

/** Of one frame. */
const DELETIONS = { deleted: true, last: null, rowsMax: LIVE_CHANGES_PER_FRAME_MAX, bytesMax: LIVE_CHANGES_PER_FRAME_BYTES_MAX } as const

function deletionsMessage(rows: readonly LiveRow[], lastRowSeq: bigint | null): Told {
  const olds = rows.map(({ _seq: seq, ...others }) => (BigInt(seq as string) > (lastRowSeq ?? 0n) ? { ...others, _seq: seq } : others))
  return changeMessage(
    'delete',
    [],
    olds.map((old) => JSON.stringify(old)),
  )
}
