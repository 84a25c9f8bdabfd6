/** Senders that post to a broker, each the next request when the last one was answered, until they may not or cannot any more. */
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { placementOf } from '../broker-requests.ts'
import type { Ledger, LedgerRequest } from './ledger.ts'

export interface LoadOptions {
  readonly url: string
  readonly ledger: Ledger
  readonly senders: number
  /** Told each time that a request has left, before its answer can have come. `sent` counts from 1. */
  readonly onSent?: (sent: number) => void
  /** What ends it when the broker does not. */
  readonly until?: () => boolean
}

/** No sender waits longer for an answer. */
const PATIENCE_MS = 5_000

/** Resolves when the last sender is done: stopped, or because the broker closed its connection or took no new one. */
export async function load({ url, ledger, senders, onSent, until = () => false }: LoadOptions): Promise<void> {
  let sent = 0

  async function sender(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    try {
      while (!until() && (await send(url, agent, ledger.next(), () => onSent?.(++sent))));
    } finally {
      agent.destroy()
    }
  }

  await Promise.all(Array.from({ length: senders }, sender))
}

/** Whether there was an answer; what it was is written down. */
async function send(url: string, agent: Agent, logged: LedgerRequest, onSent: () => void): Promise<boolean> {
  const headers = { 'content-type': 'application/json' }
  const outgoing = request(`${url}/dd/${logged.topic}/api/v2/logs`, {
    method: 'POST',
    agent,
    headers,
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  outgoing.once('finish', onSent)
  outgoing.end(`[${logged.elements.join(',\n')}]`)
  try {
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    const body = await text(answer)
    const status = answer.statusCode!
    logged.outcome = status === 200 ? placementOf((name) => answer.headers[name]?.toString()) : { status, body }
    return true
  } catch {
    return false
  }
}
