/** The places of all groups in all partitions that somebody asked for lately. */
import type { Clock } from '@logbrook/kafka/clock'
import { GROUP_CURSORS_MAX } from '@logbrook/kafka/limits'
import type { TopicId, TopicPartition } from '@logbrook/kafka/log'
import { Place } from './place.ts'

interface Entry extends TopicPartition {
  readonly groupId: string
  readonly place: Place
}

export class Places {
  readonly #clock: Clock
  /** The one asked for least recently comes first. */
  readonly #entries = new Map<string, Entry>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Made when there is none. */
  of(groupId: string, { topicId, partition }: TopicPartition): Place {
    const key = keyOf(groupId, topicId, partition)
    const entry = this.#entries.get(key) ?? { groupId, topicId, partition, place: new Place(this.#clock) }
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    this.#makeRoom()
    return entry.place
  }

  /** Of one group, or of all. Only those where something was handed out, or is waited for from a fixed offset on. */
  *known(groupId?: string): Generator<Entry> {
    for (const entry of this.#entries.values()) {
      if ((groupId === undefined || entry.groupId === groupId) && entry.place.position !== undefined) yield entry
    }
  }

  /** When those that are being handed something have been; nothing of it counts any more then. */
  async forgetGroup(groupId: string): Promise<void> {
    for (const { place } of this.known(groupId)) await place.inTurn(async () => place.forget())
  }

  /** It is gone, and its id is not used again. */
  forgetTopic(topicId: TopicId): void {
    for (const [key, entry] of this.#entries) {
      if (entry.topicId !== topicId) continue
      entry.place.forget()
      this.#entries.delete(key)
    }
  }

  /** Preferably takes one that holds nothing but a position; what the claims of another held is handed out again. */
  #makeRoom(): void {
    if (this.#entries.size <= GROUP_CURSORS_MAX) return
    const oldest = this.#entries.entries().take(LOOKED_AT_FOR_ROOM).toArray()
    const [key, { place }] = oldest.find(([, entry]) => entry.place.isIdle) ?? oldest[0]!
    place.forget()
    this.#entries.delete(key)
  }
}

const LOOKED_AT_FOR_ROOM = 100

function keyOf(groupId: string, topicId: TopicId, partition: number): string {
  return `${topicId} ${partition} ${groupId}`
}
