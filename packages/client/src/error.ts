import type { ErrorName } from '@logbrook/kafka/errors'

/** What a call fails with: the broker refused it, or did not answer. */
export class LogbrookError extends Error {
  override readonly name = 'LogbrookError'
  /** The error's name in the broker's table; `UNREACHABLE` where no broker answered. */
  readonly code: ErrorName | 'UNREACHABLE'
  /** Of the answer; 0 where there was none. */
  readonly status: number

  constructor(code: LogbrookError['code'], status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = status
  }
}

/** From the answer to a request that was refused: every dialect's body has `code` and `message`. */
export async function refusal(response: Response): Promise<LogbrookError> {
  const text = await response.text()
  const body = parsed(text)
  if (typeof body?.code === 'string') return new LogbrookError(body.code as ErrorName, response.status, String(body.message))
  return new LogbrookError('UNKNOWN_SERVER_ERROR', response.status, `HTTP ${response.status} ${response.statusText}, not from Logbrook`)
}

function parsed(text: string): { readonly code?: unknown; readonly message?: unknown } | null {
  try {
    return JSON.parse(text) as { code?: unknown; message?: unknown } | null
  } catch {
    return null
  }
}
