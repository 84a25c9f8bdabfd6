/**
 * Where a broker under test is watched and disturbed: in front of its door, between its routes and its use cases, and between these and
 * its log. A broker that is not under test has none of it.
 *
 * - What a request is about becomes known on its way: from its first line, its credentials, its body, and at last from the partition that
 *   the broker chose for it. Wherever more is known, the faults are asked again.
 * - A fault that keeps a request from being done strikes on the way, before anything is read or written; the others strike the answer.
 * - What calls the broker from within the process passes unseen.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Broker } from '@logbrook/broker/broker'
import type { FetchRequest } from '@logbrook/broker/fetch'
import type { NamedPartition } from '@logbrook/broker/topics'
import type { Clock } from '@logbrook/kafka/clock'
import type { AppendRequest, AppendResult, Log } from '@logbrook/kafka/log'
import { rawPath } from '../http/raw-path.ts'
import { createSurfaces } from '../http/surfaces.ts'
import { createFaultyAnswers } from './fault-answers.ts'
import { fetchWithFault, placesOfFetch } from './fault-fetch.ts'
import { createFaults } from './faults.ts'
import type { Faults } from './faults.ts'
import { createJournal } from './journal.ts'
import type { Journal } from './journal.ts'
import { createLocator } from './request-place.ts'
import type { ServerInterceptors } from './restorable-server.ts'
import { TestedRequest } from './tested-request.ts'

export interface Interception extends Required<ServerInterceptors> {
  readonly faults: Faults
  readonly journal: Journal
}

export interface InterceptionOptions {
  readonly clock: Clock
  /** The topic of log senders that know no path prefix. */
  readonly rootTopic: string | null
  /** Whether a test reaches the broker by `/v1/testing/*`: those requests pass unseen. */
  readonly hasControls?: boolean
}

const CONTROLS = '/v1/testing/'

export function createInterception({ clock, rootTopic, hasControls = false }: InterceptionOptions): Interception {
  const faults = createFaults()
  const journal = createJournal()
  const current: Current = new AsyncLocalStorage()
  const locate = createLocator(rootTopic)
  const surfaces = createSurfaces({ rootIntake: rootTopic !== null })
  const answers = createFaultyAnswers(clock)

  return {
    faults,
    journal,
    release: () => answers.release(),

    door: (door) => ({
      ...door,
      async answer(request, env) {
        const { method = '', url = '' } = env.incoming
        if (hasControls && rawPath(url).startsWith(CONTROLS)) return await door.answer(request, env)
        const tested = new TestedRequest({ env, located: locate(method, url), clock, choice: faults.begin(), journal })
        const answer = await current.run(tested, () => door.answer(request, env))
        return await answers.replace(tested, answer, surfaces.surfaceOf(url))
      },
    }),

    broker: (broker) => watchedBroker(broker, current),
    log: (log) => watchedLog(log, current),
  }
}

/** The request in whose course something is called. */
type Current = AsyncLocalStorage<TestedRequest>

function watchedBroker(broker: Broker, current: Current): Broker {
  return {
    ...broker,
    authentication: {
      async identify(presented, options) {
        const principal = await broker.authentication.identify(presented, options)
        current.getStore()?.learn({ principal })
        return principal
      },
    },
    topics: {
      ...broker.topics,
      async create(caller, topic) {
        current.getStore()?.learn({ places: [{ topic: topic.name, partition: 'none' }], isSettled: true })
        return await broker.topics.create(caller, topic)
      },
    },
    consumer: {
      async fetch(caller, request, signal) {
        const tested = current.getStore()
        if (tested === undefined) return await broker.consumer.fetch(caller, request, signal)
        tested.learn({ places: placesOfFetch(request), isSettled: true })
        const fault = tested.takePartitionError()
        const fetch = (asked: FetchRequest) => broker.consumer.fetch(caller, asked, signal)
        const topics = await (fault === null ? fetch(request) : fetchWithFault(fault, request, fetch))
        tested.noteFetched(request, topics)
        return topics
      },
      async fetchRecord(caller, at) {
        const record = await broker.consumer.fetchRecord(caller, at)
        current.getStore()?.noteRecords(at, record.offset, 1)
        return record
      },
    },
    groupConsumer: {
      ...broker.groupConsumer,
      async consume(caller, request, signal) {
        const tested = current.getStore()
        tested?.learn({ places: [request], isSettled: true })
        const consumed = await broker.groupConsumer.consume(caller, request, signal)
        tested?.noteRecords(request, consumed.nextOffset - consumed.recordCount, consumed.recordCount)
        return consumed
      },
      async acknowledge(caller, acknowledgment) {
        current.getStore()?.learn({ places: [acknowledgment], isSettled: true })
        await broker.groupConsumer.acknowledge(caller, acknowledgment)
      },
    },
  }
}

function watchedLog(log: Log, current: Current): Log {
  return {
    ...log,
    async append(request) {
      const tested = current.getStore()
      const topic = tested?.topic
      if (tested === undefined || topic === undefined) return await log.append(request)
      const place = { topic, partition: request.partition }
      tested.learn({ places: [place], isAppending: true, isSettled: true })
      if (tested.takeDuplicate()) noteAppended(tested, place, request, await log.append(request))
      const result = await log.append(request)
      noteAppended(tested, place, request, result)
      return result
    },
  }
}

function noteAppended(tested: TestedRequest, place: NamedPartition, { records }: AppendRequest, { baseOffset }: AppendResult): void {
  tested.noteRecords(place, baseOffset, records.kind === 'verbatim' ? records.ranges.length / 2 : records.records.length)
}
