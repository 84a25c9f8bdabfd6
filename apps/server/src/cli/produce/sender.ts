/**
 * Values on their way to a topic.
 *
 * - Lines travel as the bytes they are where the broker reads them as the same lines: without a key, headers, and what its own reading of lines
 *   would take away (empty ones, carriage returns). Others travel in JSON, in requests of bounded size.
 * - A request is appended whole or not at all.
 */
import type { Client } from '@logbrook/client/client'
import { LogbrookError } from '@logbrook/client/error'
import type { ProduceResponse } from '@logbrook/contract/produce'
import type { LineBatch } from './line-batches.ts'

export interface SenderOptions {
  readonly client: Client
  readonly topic: string
  readonly partition: number | undefined
  /** Of every record. */
  readonly key: string | undefined
  readonly headers: readonly (readonly [key: string, value: string])[]
}

/** A request that was answered. */
export interface Sent extends ProduceResponse {
  readonly bytes: number
}

export interface Sender {
  readonly sendValues: (values: readonly Buffer[]) => Promise<Sent>
  /** In as many requests as it takes. @throws RefusedLines */
  readonly sendLines: (batch: LineBatch) => AsyncIterable<Sent>
}

/** Of one request in JSON, roughly. */
const JSON_BYTES_MAX = 8 * 1_048_576
/** What a record is in JSON beside what it holds. */
const JSON_RECORD_BYTES = 64

export function createSender({ client, topic, partition, key, headers }: SenderOptions): Sender {
  const common = {
    key: key === undefined ? null : base64(key),
    headers: headers.map(([name, value]) => ({ key: name, value: base64(value) })),
  }
  const commonBytes = JSON_RECORD_BYTES + JSON.stringify(common).length
  const isBare = key === undefined && headers.length === 0

  async function sendValues(values: readonly Buffer[]): Promise<Sent> {
    const records = values.map((value) => ({ ...common, value: value.toString('base64') }))
    return { ...(await client.produce(topic, records, { partition })), bytes: values.reduce((sum, value) => sum + value.length, 0) }
  }

  async function* sendAsTheyAre({ bytes, ...lines }: LineBatch): AsyncGenerator<Sent, void> {
    yield { ...(await blaming(lines, () => client.produceLines(topic, bytes, { partition }))), bytes: bytes.length }
  }

  async function* sendInJson({ bytes, firstLine }: LineBatch): AsyncGenerator<Sent, void> {
    let line = firstLine
    for (const values of portions(linesIn(bytes), commonBytes)) {
      yield await blaming({ firstLine: line, lineCount: values.length }, () => sendValues(values))
      line += values.length
    }
  }

  return { sendValues, sendLines: (batch) => (isBare && !hasOddLines(batch.bytes) ? sendAsTheyAre(batch) : sendInJson(batch)) }
}

const LINE_FEED = 0x0a

function hasOddLines(bytes: Buffer): boolean {
  return bytes[0] === LINE_FEED || bytes.includes('\n\n') || bytes.includes('\r\n')
}

function linesIn(bytes: Buffer): readonly Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  if (start < bytes.length) lines.push(bytes.subarray(start))
  return lines
}

function* portions(lines: readonly Buffer[], commonBytes: number): Generator<readonly Buffer[], void> {
  let portion: Buffer[] = []
  let size = 0
  for (const line of lines) {
    const bytes = commonBytes + Math.ceil((line.length * 4) / 3)
    if (portion.length > 0 && size + bytes > JSON_BYTES_MAX) {
      yield portion
      portion = []
      size = 0
    }
    portion.push(line)
    size += bytes
  }
  if (portion.length > 0) yield portion
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

interface Lines {
  /** Counted from 1. */
  readonly firstLine: number
  readonly lineCount: number
}

class RefusedLines extends Error {
  override readonly name = 'RefusedLines'
  override readonly cause: LogbrookError
  readonly lines: Lines

  constructor(lines: Lines, cause: LogbrookError) {
    super(cause.message)
    this.lines = lines
    this.cause = cause
  }
}

async function blaming<T>(lines: Lines, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof LogbrookError ? new RefusedLines(lines, error) : error
  }
}

/** Says of a refusal which line it is about, and what was appended before it. Other errors are answered as they are. */
export function refusedAt(error: unknown, appended: number): unknown {
  const before = appended === 0 ? 'nothing is appended' : `lines 1 to ${appended} are appended, nothing after them`
  if (!(error instanceof RefusedLines))
    return appended > 0 && error instanceof Error ? new Error(`${error.message}; ${before}`, { cause: error }) : error
  const { lines, cause } = error
  const range = rangeOf(lines)
  const [, index, rest] = /^record (\d+) (.*)$/su.exec(cause.message) ?? []
  if (index !== undefined) return new Error(`line ${lines.firstLine + Number(index)} ${rest}; ${before}`, { cause })
  const fate = wasPerhapsSent(cause)
    ? `${appended === 0 ? '' : `lines 1 to ${appended} are appended; `}whether ${range} are is not known`
    : before
  return new Error(`${range}: ${cause.message}; ${fate}`, { cause })
}

function rangeOf({ firstLine, lineCount }: Lines): string {
  return lineCount === 1 ? `line ${firstLine}` : `lines ${firstLine} to ${firstLine + lineCount - 1}`
}

/** A connection that broke says nothing of the request, but one that was never made does; and a server in trouble may have done it. */
export function wasPerhapsSent({ code, status, cause }: LogbrookError): boolean {
  if (code !== 'UNREACHABLE') return status >= 500 && code !== 'SHUTTING_DOWN'
  const { cause: reason } = cause as { readonly cause?: { readonly code?: string } }
  return !NEVER_CONNECTED.has(reason?.code ?? '')
}

const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])
