/** Structured log lines: JSON for machines, coloured text for a person at a terminal. */
import type { Clock } from '@logbrook/kafka/clock'

type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

interface LineStream {
  write(line: string): void
}

type WriteLine = (fields: object, message: string) => void

export interface Logger {
  readonly debug: WriteLine
  readonly info: WriteLine
  readonly warn: WriteLine
  readonly error: WriteLine
  /** So that what nobody will read is not put together. */
  isLevelEnabled(level: LogLevel): boolean
}

export interface LoggerOptions {
  readonly level: LogLevel
  readonly format: 'pretty' | 'json'
  readonly clock: Clock
  /** Standard error, for a broker: standard output says where it listens. */
  readonly destination: LineStream
}

export async function createLogger({ level, format, clock, destination }: LoggerOptions): Promise<Logger> {
  const { pino } = await import('pino')
  const stream = format === 'pretty' ? await prettyStream(destination) : destination
  const logger: Logger = pino({ level, base: null, timestamp: () => `,"time":${clock.now()}` }, stream)
  return logger
}

/** Loaded only when asked for: most brokers write JSON. */
async function prettyStream(destination: LineStream): Promise<LineStream> {
  const { prettyFactory } = await import('pino-pretty')
  const pretty = prettyFactory({ colorize: true, translateTime: 'SYS:HH:MM:ss.l', singleLine: true })
  return { write: (line) => destination.write(pretty(line)) }
}

function nothing(): void {}

/** For who reads no log lines, and need not wait for what writes them. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, isLevelEnabled: () => false }
