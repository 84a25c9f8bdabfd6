import type { Contents as ServerContents } from '../server.ts'
import { KafkaError } from '@logbrook/kafka/errors'

interface Contents {
  readonly server: ServerContents
  /** The broker's time. */
  readonly nowMs: number
  /** `undefined` where chance is not seeded. */
  readonly randomState: number | undefined
}

/** What a broker held at one moment: topics, records, users, bindings, what SQL holds, and the time. To be restored, as often as one likes, or cloned. */
export class Snapshot {
  readonly #contents: Contents

  constructor(contents: Contents) {
    this.#contents = contents
  }

  /** @throws KafkaError INVALID_REQUEST for what is no snapshot */
  static contentsOf(snapshot: Snapshot): Contents {
    if (typeof snapshot === 'object' && snapshot !== null && #contents in snapshot) return snapshot.#contents
    throw new KafkaError('INVALID_REQUEST', 'restore: what it is given is not what broker.snapshot() answered')
  }
}
