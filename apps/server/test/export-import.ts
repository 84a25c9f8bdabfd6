/** What the tests of export and import share: commands run in this process, all that a broker holds as one value, and archives made by hand. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { systemClock } from '@logbrook/kafka/clock'
import type { Clock } from '@logbrook/kafka/clock'
import type { ArchiveManifest } from '@logbrook/contract/archive'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { run } from '../src/cli/run.ts'
import { readPartition, requestJson } from './broker-requests.ts'
import type { WireWatermarks } from './broker-requests.ts'
import type { Said } from './run-logbrook.ts'

export interface SayOptions {
  readonly url: string
  /** `user:password` */
  readonly as?: string
  readonly clock?: Clock
}

/** Runs a command to its end as a script would, but in this process, which is a hundred times as fast. */
export async function command(args: readonly string[], { url, as, clock = systemClock }: SayOptions): Promise<Said> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const env = { LOGBROOK_URL: url, ...(as === undefined ? {} : { LOGBROOK_USER: as }) }
  const said = Promise.all([text(stdout), text(stderr)])
  const code = await run(args, { env, stdin: Readable.from([]), stdout, stderr, clock })
  stdout.end()
  stderr.end()
  const [out, err] = await said
  return { code, stdout: out, stderr: err }
}

/** What it printed. @throws AssertionError when it failed, or complained */
export async function say(args: readonly string[], options: SayOptions): Promise<string> {
  const { code, stdout, stderr } = await command(args, options)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, args.join(' '))
  return stdout
}

/** The sentence it ended with. */
export async function refusal(args: readonly string[], options: SayOptions): Promise<string> {
  const { code, stdout, stderr } = await command(args, options)
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' }, stderr)
  return stderr
}

interface TopicState {
  readonly id: string
  readonly config: object
  readonly partitions: readonly WireWatermarks[]
}

/** All that is asked of a topic but its id and when it was made. */
export async function contentsOf(url: string, topic: string): Promise<object> {
  const { config, partitions } = (await requestJson(`${url}/v1/kafka/topics/${topic}`)) as TopicState
  const contents = []
  for (const { partition } of partitions) contents.push(await readPartition(url, topic, partition))
  return { config, partitions: contents }
}

/** Every topic with its id and its watermarks: it is another value after whatever was applied. */
export async function stateOf(url: string): Promise<readonly unknown[]> {
  const { topics } = (await requestJson(`${url}/v1/kafka/topics`)) as { topics: { name: string }[] }
  return await Promise.all(topics.map(({ name }) => requestJson(`${url}/v1/kafka/topics/${name}`)))
}

export interface RecordGiven {
  readonly key?: string | null
  readonly value?: string | null
  readonly headers?: readonly { readonly key: string; readonly value: string | null }[]
  readonly timestamp?: number
}

/** Keys and values are base64. */
export async function produce(url: string, topic: string, partition: number, records: readonly RecordGiven[]): Promise<void> {
  await requestJson(`${url}/v1/kafka/topics/${topic}/records?partition=${partition}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ records }),
  })
}

export async function createTopic(url: string, topic: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  await requestJson(`${url}/v1/kafka/topics`, { method: 'POST', headers, body: JSON.stringify(topic) })
}

export async function alterConfig(url: string, topic: string, config: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  await requestJson(`${url}/v1/kafka/topics/${topic}`, { method: 'PATCH', headers, body: JSON.stringify({ config }) })
}

export async function deleteTopic(url: string, topic: string): Promise<void> {
  await requestJson(`${url}/v1/kafka/topics/${topic}`, { method: 'DELETE' })
}

export async function trim(url: string, topic: string, partition: number, beforeOffset: number): Promise<void> {
  const path = `/v1/kafka/topics/${topic}/partitions/${partition}/records?before_offset=${beforeOffset}`
  await requestJson(`${url}${path}`, { method: 'DELETE' })
}

export function base64(value: string): string {
  return Buffer.from(value).toString('base64')
}

export type Entries = Record<string, Uint8Array>

/** The files of an archive, by name. */
export async function entriesOf(path: string): Promise<Entries> {
  return unzipSync(await readFile(path))
}

export function manifestOf(entries: Entries): ArchiveManifest {
  return JSON.parse(Buffer.from(entries['manifest.json']!).toString('utf8')) as ArchiveManifest
}

/** With another value at a path in the manifest, as `topics.0.name`; without it where the value is `undefined`. */
export function withManifest(entries: Entries, path: string, value: unknown): Entries {
  const manifest = manifestOf(entries)
  const keys = path.split('.')
  const last = keys.pop()!
  let holder = manifest as unknown as Record<string, unknown>
  for (const key of keys) holder = holder[key] as Record<string, unknown>
  holder[last] = value
  return { ...entries, 'manifest.json': strToU8(JSON.stringify(manifest)) }
}

export async function writeZip(path: string, entries: Entries): Promise<void> {
  await writeFile(path, zipSync(entries))
}
