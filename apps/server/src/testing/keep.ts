/** What is left of a broker whose test has failed, for whoever looks into it: its data and its journal, in a folder. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closedObject } from '@logbrook/contract/closed-object'
import { parseBody } from '@logbrook/contract/parse-body'
import { writeSnapshot } from '@logbrook/storage/snapshot'
import { z } from 'zod'
import type { Contents } from '../server.ts'

/** The context of a test, by which it is known whether that has failed. */
export type TestContext = NodeTestContext | VitestContext

/** What node:test hands to a test and its hooks. */
export interface NodeTestContext {
  readonly name: string
  /** Settled when hooks run. Always there; @types/node does not know it. */
  readonly passed?: boolean
  after(hook: () => Promise<void>): void
}

/** What vitest hands to a test. */
export interface VitestContext {
  readonly task: { readonly name: string }
  onTestFailed(hook: () => Promise<void>): void
}

export interface KeepOptions {
  /** In which each failure has a folder of its own; `logbrook-failures` by default. */
  readonly folder?: string | undefined
  readonly test?: TestContext | undefined
  /** Told how to open what was kept; by default, stderr is. */
  readonly report?: ((text: string) => void) | undefined
}

const FOLDER_DEFAULT = 'logbrook-failures'

const KeepOnFailure = closedObject({
  keepOnFailure: closedObject({
    folder: z.string().min(1).optional(),
    test: z.custom<TestContext>(isTestContext, { error: 'expected the context that node:test or vitest hands to a test' }).optional(),
    report: z.custom<(text: string) => void>((value) => typeof value === 'function', { error: 'expected a function' }).optional(),
  }),
})

/** @throws KafkaError INVALID_REQUEST naming the key */
export function parseKeep(keep: unknown): KeepOptions | null {
  if (keep === undefined || keep === false) return null
  if (keep === true) return {}
  if (isTestContext(keep)) return { test: keep }
  return parseBody(KeepOnFailure, { keepOnFailure: keep }).keepOnFailure
}

function isTestContext(value: unknown): value is TestContext {
  if (typeof value !== 'object' || value === null) return false
  return (
    ('onTestFailed' in value && typeof value.onTestFailed === 'function') ||
    ('passed' in value && 'after' in value && typeof value.after === 'function')
  )
}

/** Calls `keep` when the test has failed: after its own code has run, and whatever that has stopped. */
export function whenFailed(test: TestContext, keep: () => Promise<void>): void {
  if ('onTestFailed' in test) return test.onTestFailed(keep)
  test.after(async () => {
    if (!test.passed) await keep()
  })
}

/** `the test "it works"`. */
export function labelOf(test: TestContext | undefined): string {
  const name = nameOf(test)
  return name === undefined ? 'a test' : `the test ${JSON.stringify(name)}`
}

function nameOf(test: TestContext | undefined): string | undefined {
  if (test === undefined) return undefined
  return 'task' in test ? test.task.name : test.name
}

export interface Remains {
  readonly contents: Contents
  /** As lines. */
  readonly journal: string
  /** With which settings the broker answers as it did. */
  readonly flags: readonly string[]
}

/** Writes a folder, and answers what it is called. */
export async function writeRemains({ contents, journal }: Remains, { folder = FOLDER_DEFAULT, test }: KeepOptions): Promise<string> {
  const path = newFolder(folder, nameOf(test))
  writeSnapshot(path, contents.log)
  if (contents.sql !== null) {
    const { placeSnapshot } = await import('@logbrook/sql/snapshot')
    await placeSnapshot(path, contents.sql)
  }
  writeFileSync(join(path, 'journal.ndjson'), journal)
  return path
}

const NAME_LENGTH_MAX = 80

/** `a-test-s-name`, or `a-test-s-name-2` where there is one. */
function newFolder(parent: string, testName = 'broker'): string {
  const words = testName.match(/[\p{L}\p{N}]+/gu) ?? ['broker']
  const name = words.join('-').slice(0, NAME_LENGTH_MAX)
  mkdirSync(parent, { recursive: true })
  for (let number = 1; ; number++) {
    const path = join(parent, number === 1 ? name : `${name}-${number}`)
    try {
      mkdirSync(path)
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** What a person is told of what was written. */
export function describeRemains(path: string, { flags }: Remains): string {
  return [
    `what the broker held is in ${path}`,
    `  npx logbrook start --data-dir ${shellWord(path)}${flags.map((flag) => ` ${shellWord(flag)}`).join('')}`,
    `  ${join(path, 'journal.ndjson')} has the requests that it took`,
  ].join('\n')
}

function shellWord(text: string): string {
  return /^[\p{L}\p{N}_./:=@,-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
