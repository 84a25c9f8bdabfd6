import assert from 'node:assert/strict'
import type { TestServer } from './own-api-server.ts'

/** Reads a tail as it comes over the wire, block by block and no faster than it is asked to. */
export interface TailReader extends AsyncDisposable {
  readonly contentType: string | null
  /** The next block, without the blank line that ends it. */
  block(): Promise<string>
  /** What is left when the other end is done. */
  end(): Promise<string>
  /** Resolves when the tail has nothing more to bring and waits. */
  waiting(server: TestServer): Promise<void>
}

export async function openTail(url: string, headers: Readonly<Record<string, string>>): Promise<TailReader> {
  const hangUp = new AbortController()
  const response = await fetch(url, { headers, signal: hangUp.signal })
  assert.equal(response.status, 200)
  const chunks = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''

  return {
    contentType: response.headers.get('content-type'),
    async block() {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end !== -1) {
          const block = text.slice(0, end)
          text = text.slice(end + 2)
          return block
        }
        const { done, value } = await chunks.read()
        assert.ok(!done, `the tail ended after ${JSON.stringify(text)}`)
        text += value
      }
    },
    async end() {
      const { done, value } = await chunks.read()
      return done ? text : `${text}${value}`
    },
    async waiting({ server, ask }) {
      // Each request is a turn of the event loop for the tail.
      while (server.storage.waiting() === 0) await ask('/livez')
    },
    async [Symbol.asyncDispose]() {
      hangUp.abort()
      await chunks.cancel().catch(() => undefined)
    },
  }
}
