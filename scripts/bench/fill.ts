/** Fills a topic, as log senders would: through the intake, 100 records at a time. */
import { evenLogBatch, RECORDS_PER_REQUEST } from './bodies.ts'
import { assertOk, connect } from './client.ts'
import type { Client } from './client.ts'

const SENDERS = 8

/** Posts the bodies, each of 100 records, in turn until `records` are there. */
export async function fill(url: string, topic: string, records: number, bodies: readonly string[] = [evenLogBatch()]): Promise<void> {
  using client = connect(url)
  const buffers = bodies.map((body) => Buffer.from(body))
  const requests = Math.ceil(records / RECORDS_PER_REQUEST)
  let next = 0
  async function send(): Promise<void> {
    while (next < requests) assertOk(await client.post(`/dd/${topic}/api/v2/logs`, buffers[next++ % buffers.length]!))
  }
  await Promise.all(Array.from({ length: SENDERS }, send))
}

interface TopicAnswer {
  readonly partitions: readonly { readonly high_watermark: number }[]
}

/** The smallest high watermark: below it every partition has a record at every offset. */
export async function commonOffsets(url: string, topic: string): Promise<number> {
  using client = connect(url)
  return Math.min(...(await highWatermarks(client, topic)))
}

export async function highWatermarks(client: Client, topic: string): Promise<readonly number[]> {
  const answer = JSON.parse(assertOk(await client.get(`/v1/kafka/topics/${topic}`)).toString()) as TopicAnswer
  return answer.partitions.map((partition) => partition.high_watermark)
}
