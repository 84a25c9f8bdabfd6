/**
 * The application under test: sends what a service logs to a Datadog intake, in batches: a second after the first log of each. What the intake
 * refuses goes with the next.
 */
const BATCH_MS = 1_000

class LogShipper {
  #url
  #pending = []
  #timer

  /** @param {string} url of the intake, without `/api/v2/logs` */
  constructor(url) {
    this.#url = url
  }

  log(fields) {
    this.#pending.push(fields)
    this.#timer ??= setTimeout(() => void this.flush(), BATCH_MS)
  }

  /** Sends now. Resolves when there was an answer. */
  async flush() {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#pending
    if (batch.length === 0) return
    this.#pending = []
    const answer = await fetch(`${this.#url}/api/v2/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(batch),
    })
    if (answer.ok) return
    this.#pending.unshift(...batch)
    this.#timer ??= setTimeout(() => void this.flush(), BATCH_MS)
  }
}

module.exports = { LogShipper }
