/** How commands find the broker that they talk to. */
import { createClient } from '@logbrook/client/client'
import type { Client } from '@logbrook/client/client'
import { UsageError } from '../usage-error.ts'
import type { Option, Values } from './command.ts'
import { readPassword } from './secret.ts'
import type { Shell } from './shell.ts'

export const CONNECTION_OPTIONS = {
  url: { type: 'string', placeholder: 'URL', meaning: 'Where the broker is. Default: LOGBROOK_URL, or http://127.0.0.1:8080.' },
  user: {
    type: 'string',
    placeholder: 'NAME[:PASSWORD]',
    meaning: 'Who you are. Default: LOGBROOK_USER, which keeps a password off the command line.',
  },
} as const satisfies Record<string, Option>

const URL_DEFAULT = 'http://127.0.0.1:8080'

/** @throws UsageError for an address that is none */
export async function connect(shell: Shell, values: Values<typeof CONNECTION_OPTIONS>): Promise<Client> {
  const url = brokerUrl(values.url ?? shell.env['LOGBROOK_URL'] ?? URL_DEFAULT)
  const login = values.user ?? shell.env['LOGBROOK_USER']
  const others = login === undefined ? {} : await credentials(login, shell)
  return createClient({ url, clientId: 'logbrook-cli', compress: !isLoopback(url), ...others })
}

/** @throws UsageError for an address that is none */
export function brokerUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text
  throw new UsageError(`the broker's address is ${JSON.stringify(text)}; it must be like ${URL_DEFAULT}`)
}

function isLoopback(url: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname)
}

/** A name ends at the first colon: a password may hold more of them. */
async function credentials(login: string, shell: Shell): Promise<{ user: string; password: string }> {
  const colon = login.indexOf(':')
  if (colon !== -1) return { user: login.slice(0, colon), password: login.slice(colon + 1) }
  return { user: login, password: await readPassword(shell, login) }
}
