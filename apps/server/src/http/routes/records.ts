/** `POST /v1/kafka/topics/{topic}/records`: who may write is known before the body is read. */
import type { ProduceResponse } from '@logbrook/contract/produce'
import { readBody } from '../body.ts'
import { basicCaller } from '../caller.ts'
import type { App, RouteContext } from '../context.ts'
import { mediaTypeOf } from '../described-body.ts'
import { producedBytesMax, producedRecords } from '../produced-records.ts'
import { closedQuery, wholeNumber } from '../query.ts'

export function registerRecords(app: App, context: RouteContext): void {
  const { producer } = context.broker

  app.post('/v1/kafka/topics/:topic/records', async (c) => {
    const caller = await basicCaller(c.env, context)
    const topic = await producer.open(caller, c.req.param('topic'))
    const { partition } = closedQuery(c.env, ['partition'])
    const named = partition === undefined ? {} : { partition: wholeNumber('partition', partition) }
    const contentEncoding = c.env.incoming.headers['content-encoding']
    const mediaType = mediaTypeOf(c.env)
    const { bytes } = await readBody(c.env.incoming, { maxBytes: producedBytesMax(mediaType), contentEncoding })
    const records = await producedRecords(mediaType, bytes)
    const result = await producer.produce({ topic, ...named, records, bodyBytes: bytes.length })
    return c.json({
      partition: result.partition,
      base_offset: result.baseOffset,
      record_count: result.recordCount,
    } satisfies ProduceResponse)
  })
}
