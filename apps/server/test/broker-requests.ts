/** The few requests that most of these tests make of a broker, wherever it runs. Whatever is not a success is thrown. */
import assert from 'node:assert/strict'

export interface WireRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  /** Base64. */
  readonly value: string | null
  readonly headers: readonly unknown[]
}

export interface WirePartition {
  readonly partition: number
  readonly error_code: number
  readonly high_watermark: number
  readonly last_stable_offset: number
  readonly log_start_offset: number
  readonly records: readonly WireRecord[]
}

export interface Placement {
  readonly partition: number
  readonly baseOffset: number
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** The answer's body as JSON. @throws AssertionError when the status is not 2xx */
export async function requestJson(url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, init)
  const text = await response.text()
  assert.ok(response.ok, `${init.method ?? 'GET'} ${url} answered ${response.status}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

export async function createTopic(url: string, name: string, partitions: number, config: Record<string, number> = {}): Promise<void> {
  await requestJson(`${url}/v1/kafka/topics`, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ name, partitions, config }) })
}

/** Sends a body through the Datadog intake; answers where it went. */
export async function sendLogs(url: string, topic: string, body: string, init: RequestInit = {}): Promise<Placement> {
  const response = await fetch(`${url}/dd/${topic}/api/v2/logs`, { method: 'POST', headers: JSON_TYPE, body, ...init })
  const text = await response.text()
  assert.equal(response.status, 200, text)
  return placementOf((name) => response.headers.get(name))
}

/** What the intake's answer headers say. */
export function placementOf(header: (name: string) => string | null | undefined): Placement {
  const [partition, baseOffset] = [header('x-logbrook-partition'), header('x-logbrook-base-offset')]
  assert.match(`${partition} ${baseOffset}`, /^\d+ \d+$/)
  return { partition: Number(partition), baseOffset: Number(baseOffset) }
}

/** A whole partition, from its log start to its high watermark, read as a consumer pages through it. */
export async function readPartition(url: string, topic: string, partition: number, fromOffset?: number): Promise<WirePartition> {
  const records: WireRecord[] = []
  let next = fromOffset ?? (await watermarksOf(url, topic, partition)).log_start_offset
  for (;;) {
    const page = await fetchOnce(url, topic, partition, next)
    assert.equal(page.error_code, 0)
    records.push(...page.records)
    if (page.records.length === 0) return { ...page, records }
    next = page.records.at(-1)!.offset + 1
  }
}

/** One fetch of one partition. */
export async function fetchOnce(
  url: string,
  topic: string,
  partition: number,
  offset: number,
  request: { readonly longPoll?: boolean; readonly signal?: AbortSignal } = {},
): Promise<WirePartition> {
  const asked = { topic, partitions: [{ partition, fetch_offset: offset, partition_max_bytes: 1_048_576 }] }
  const body = JSON.stringify({ topics: [asked], long_poll: request.longPoll ?? false })
  const { topics } = (await requestJson(`${url}/v1/kafka/fetch`, {
    method: 'POST',
    body,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  })) as { topics: { partitions: WirePartition[] }[] }
  return topics[0]!.partitions[0]!
}

export type WireWatermarks = Omit<WirePartition, 'records' | 'error_code'>

export async function watermarksOf(url: string, topic: string, partition: number): Promise<WireWatermarks> {
  const { partitions } = (await requestJson(`${url}/v1/kafka/topics/${topic}`)) as { partitions: WireWatermarks[] }
  return partitions[partition]!
}

/** A value of `/metrics` that has no labels. */
export async function metric(url: string, name: string, init: RequestInit = {}): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, init)).text()
  const line = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)
  assert.ok(line, `no metric ${name}`)
  return Number(line[1])
}

/** Asks again and again until the answer is right: for what is told to nobody when it happens. A test's own limit ends it. */
export async function eventually<Answer>(ask: () => Promise<Answer>, isRight: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask()
    if (isRight(answer)) return answer
  }
}

export function decoded(value: string | null): string {
  assert.ok(value !== null)
  return Buffer.from(value, 'base64').toString('utf8')
}
