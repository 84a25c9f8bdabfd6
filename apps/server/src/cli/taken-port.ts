/** What to do about a port that another program listens on. */
import { findPortHolder } from './port-holder.ts'

export function takenPortAdvice(port: number): string {
  const holder = findPortHolder(port)
  const who = holder === undefined ? `${finderCommand(port)} says which` : `it is process ${holder.pid} (${holder.command})`
  return `${who}; end it, or take another port: --port ${port + 1 > PORT_MAX ? port - 1 : port + 1}, or --port 0 for any that is free`
}

const PORT_MAX = 65_535

function finderCommand(port: number): string {
  return process.platform === 'win32' ? `netstat -ano | findstr :${port}` : `lsof -nP -iTCP:${port} -sTCP:LISTEN`
}
