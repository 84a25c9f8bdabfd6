import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Config } from '../../config/config.ts'
import { takenPortAdvice } from '../taken-port.ts'
import type { Finding } from './finding.ts'

export async function checkPort({ host, port }: Pick<Config, 'host' | 'port'>): Promise<Finding> {
  const check = 'port'
  if (port === 0) return { check, status: 'ok', detail: 'any that is free' }
  const code = await refusalOf(host, port)
  if (code === undefined) return { check, status: 'ok', detail: `${host}, port ${port} is free` }
  if (code !== 'EADDRINUSE')
    return { check, status: 'fail', detail: `${host}, port ${port} cannot be listened on: ${code}`, advice: ADVICE[code] ?? OTHER }
  return { check, status: 'fail', detail: `${host}, port ${port} is taken by another program`, advice: takenPortAdvice(port) }
}

const OTHER = 'take another one: --host HOST --port PORT'

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'this user may not listen there: take a port from 1024 up, --port PORT',
  EADDRNOTAVAIL: 'this machine has no such address: --host 127.0.0.1, or --host 0.0.0.0 for all it has',
  ENOTFOUND: 'there is no such host: --host 127.0.0.1, or --host 0.0.0.0 for all that this machine has',
}

/** The error's code, where there is one. */
async function refusalOf(host: string, port: number): Promise<string | undefined> {
  const probe = createServer()
  try {
    probe.listen(port, host)
    await once(probe, 'listening')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
  probe.close()
  await once(probe, 'close')
  return undefined
}
