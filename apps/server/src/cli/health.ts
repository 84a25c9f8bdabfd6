/** `logbrook health`: whether a broker is there and ready, as an exit code. What starts and watches it needs nothing but the program itself. */
import { createClient } from '@logbrook/client/client'
import type { Client } from '@logbrook/client/client'
import { systemDelay } from '@logbrook/client/delay'
import { urlOf } from '../http/url-of.ts'
import { defineCommand } from './command.ts'
import { brokerUrl, CONNECTION_OPTIONS } from './connect.ts'
import { durationMs } from './duration.ts'
import { printLine } from './shell.ts'
import type { Shell } from './shell.ts'

/** A broker that answers nothing for so long is not ready. */
const ANSWER_TIMEOUT_MS = 5_000
const PAUSE_MS = 100

export const command = defineCommand({
  positionals: '',
  options: {
    url: {
      ...CONNECTION_OPTIONS.url,
      meaning: 'Where the broker is. Default: LOGBROOK_URL, or where LOGBROOK_HOST and LOGBROOK_PORT let one listen.',
    },
    wait: { type: 'string', placeholder: 'DURATION', meaning: 'Ask again for so long, until it is ready. Default: 0s.' },
  },
  details: [
    'Asks /readyz, for which nobody has to log in. Ends with 0 when the broker takes requests, and with 1 and the reason when it does not:',
    'nobody answers, it is stopping, or its disk takes no writes.',
  ].join('\n'),
  examples: ['health', 'health --wait 30s', 'health --url http://10.0.0.5:8080'],
  async run({ shell, values }) {
    const { LOGBROOK_URL, LOGBROOK_HOST = '127.0.0.1', LOGBROOK_PORT = '8080' } = shell.env
    const url = brokerUrl(values.url ?? LOGBROOK_URL ?? urlOf(LOGBROOK_HOST, LOGBROOK_PORT))
    await untilReady(url, durationMs('--wait', values.wait ?? '0s'), shell)
    await printLine(shell.stdout, `the broker at ${url} is ready`)
  },
})

/** @throws LogbrookError with what was the matter when time was up */
async function untilReady(url: string, waitMs: number, { clock }: Shell): Promise<void> {
  const client = impatientClient(url, { clock })
  let isOver = waitMs === 0
  const end = clock.after(waitMs, () => (isOver = true))
  try {
    for (;;) {
      try {
        return await client.ready()
      } catch (error) {
        if (isOver) throw error
      }
      await systemDelay(PAUSE_MS, undefined)
    }
  } finally {
    end.cancel()
  }
}

function impatientClient(url: string, { clock }: Pick<Shell, 'clock'>): Client {
  return createClient({
    url,
    clientId: 'logbrook-health',
    async fetch(input, init) {
      const controller = new AbortController()
      const giveUp = () => controller.abort(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`))
      const timer = clock.after(ANSWER_TIMEOUT_MS, giveUp)
      try {
        return await fetch(input, { ...init, signal: controller.signal })
      } finally {
        timer.cancel()
      }
    },
  })
}
