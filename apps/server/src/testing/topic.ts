/** One topic in the hands of a test, past the door: no permission is asked for, no fault strikes, and the journal says nothing of it. */
import { existingTopic } from '@logbrook/broker/topics'
import { parseBody } from '@logbrook/contract/parse-body'
import { recordBytes } from '@logbrook/kafka/record'
import { ProduceOptionsBody, ReadOptionsBody } from './call-options.ts'
import { parseRecords } from './records.ts'
import type { FixtureRecord, RecordForm, RecordInput } from './records.ts'
import { assertWhole, openTopic } from './topic-reader.ts'
import type { Present, ReadOptions } from './topic-reader.ts'
import { waitForRecords } from './wait-for.ts'
import type { WaitOptions } from './wait-for.ts'

export interface FixtureTopic {
  readonly name: string
  /**
   * Appends the records, all or none, to one partition: the given one, or the next in turn.
   *
   * @throws KafkaError naming the record that is wrong
   */
  produce(records: readonly RecordInput[], options?: { readonly partition?: number | undefined }): Promise<Produced>
  /** The records there are, by partition and offset. */
  records<Form extends RecordForm = 'text'>(options?: ReadOptions<Form>): Promise<readonly FixtureRecord<Form>[]>
  /**
   * Waits, in real time, until the records are there, and answers them.
   *
   * @throws WaitError that says what was there instead
   */
  waitFor<Form extends RecordForm = 'text'>(options: WaitOptions<Form>): Promise<readonly FixtureRecord<Form>[]>
}

export interface Produced {
  readonly partition: number
  /** Of the first record; `null` when there was none. */
  readonly baseOffset: number | null
}

export function fixtureTopic(present: Present, name: string): FixtureTopic {
  return {
    name,
    async produce(inputs, options = {}) {
      parseBody(ProduceOptionsBody, options)
      const { partition } = options
      if (partition !== undefined) assertWhole('partition', partition)
      const records = parseRecords(inputs)
      const topic = await existingTopic(present.storage.log, name)
      const bodyBytes = records.records.reduce((bytes, record) => bytes + recordBytes({ ...record, timestampMs: 0 }), 0)
      const chosen = partition === undefined ? {} : { partition }
      const produced = await present.broker.producer.produce({ topic, ...chosen, records, bodyBytes })
      return { partition: produced.partition, baseOffset: produced.baseOffset }
    },
    async records<Form extends RecordForm = 'text'>(options: ReadOptions<Form> = {}) {
      parseBody(ReadOptionsBody, options)
      const { partition, from = 0, as } = options
      assertWhole('from', from)
      const reader = await openTopic(present, name, partition)
      return await reader.readFrom(new Map(reader.partitions.map((number) => [number, from])), as ?? ('text' as Form))
    },
    waitFor: (options) => waitForRecords(present, name, options),
  }
}
