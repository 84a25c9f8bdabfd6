/**
 * Where the time of an intake goes, told from a CPU profile, so that the hot path need not be watched by code of its own.
 *
 * - A moment belongs to the stage of the innermost frame that the table knows: a checksum made in node:zlib is part of the insert that
 *   asked for it.
 * - What no rule knows is `other`, so that the stages add up; when that grows, the table has aged.
 */
import type { Frame, Stack } from './cpu-profile.ts'

/** In the order of a request's way. */
export const STAGES = [
  'read',
  'dispatch',
  'authorize',
  'inflate',
  'slice',
  'insert',
  'commit',
  'answer',
  'garbage collection',
  'outside JavaScript',
  'other',
  'idle',
] as const
export type Stage = (typeof STAGES)[number]

interface Rule {
  readonly stage: Stage
  /** Where the path of a file begins; those that are no file are V8's own. */
  readonly files: readonly string[]
  /** Only these functions; all where none is named. */
  readonly functions?: readonly string[]
}

const HTTP = 'apps/server/src/http/'
const STORAGE = 'packages/storage/src/'

/** The first rule that fits a frame counts. */
const RULES: readonly Rule[] = [
  { stage: 'idle', files: [''], functions: ['(idle)'] },
  { stage: 'garbage collection', files: [''], functions: ['(garbage collector)'] },
  // Reading sockets, mostly: libuv calls JavaScript when the bytes are there.
  { stage: 'outside JavaScript', files: [''], functions: ['(program)'] },

  { stage: 'inflate', files: [`${HTTP}inflate.ts`] },
  { stage: 'slice', files: [`${HTTP}json-array.ts`] },
  { stage: 'read', files: [`${HTTP}body`] },
  { stage: 'authorize', files: [`${HTTP}caller.ts`, 'packages/acl/', 'packages/broker/src/authentication.ts'] },
  { stage: 'authorize', files: ['packages/broker/src/permissions.ts', 'packages/broker/src/topics.ts'] },
  { stage: 'authorize', files: ['packages/broker/src/produce.ts', `${HTTP}routes/datadog-logs.ts`], functions: ['open'] },

  { stage: 'commit', files: [`${STORAGE}writer.ts`], functions: ['#turn', '#commitGroup', 'succeed'] },
  { stage: 'commit', files: [`${STORAGE}database.ts`, `${STORAGE}checkpoint`, `${STORAGE}waiters.ts`] },
  { stage: 'insert', files: [STORAGE, 'packages/broker/src/produce.ts', 'packages/broker/src/partition-rotation.ts'] },

  { stage: 'answer', files: [`${HTTP}routes/datadog-logs.ts`], functions: ['json'] },
  { stage: 'answer', files: ['node:_http_outgoing', 'node:net', 'node:internal/stream_base_commons', 'node:internal/streams/writable'] },
  { stage: 'answer', files: ['node:_http_server'], functions: ['writeHead', 'resOnFinish', 'assignSocket', 'detachSocket'] },
  { stage: 'answer', files: ['@hono/node-server/'], functions: ['responseViaCache', 'responseViaResponseObject'] },

  { stage: 'read', files: ['node:_http', 'node:internal/streams/'] },
  { stage: 'dispatch', files: ['apps/server/', '@hono/node-server/', 'hono/'] },
]

/** Microseconds of each stage, of all of the time that the stacks were seen. */
export function microsecondsByStage(stacks: readonly Stack[]): ReadonlyMap<Stage, number> {
  const sums = new Map<Stage, number>(STAGES.map((stage) => [stage, 0]))
  for (const { frames, selfUs } of stacks) {
    const stage = stageOf(frames)
    sums.set(stage, (sums.get(stage) ?? 0) + selfUs)
  }
  return sums
}

function stageOf(frames: readonly Frame[]): Stage {
  for (const frame of frames) {
    const rule = RULES.find((candidate) => fits(candidate, frame))
    if (rule !== undefined) return rule.stage
  }
  return 'other'
}

function fits({ files, functions }: Rule, { file, name }: Frame): boolean {
  const isFile = files.some((start) => (start === '' ? file === '' : file.startsWith(start)))
  return isFile && (functions === undefined || functions.includes(name))
}
