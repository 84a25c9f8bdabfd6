import type { ErrorName } from '@logbrook/kafka/errors'

/** What a call fails with: the broker refused it, or did not answer. */
export class LogbrookError extends Error {
  override readonly name = 'LogbrookError'
  /** The error's name in the broker's table, or in its dialect (`INVALID_SQL`); `UNREACHABLE` where no broker answered. */
  readonly code: ErrorName | 'UNREACHABLE' | (string & {})
  /** Of the answer; 0 where there was none. */
  readonly status: number

  constructor(code: LogbrookError['code'], status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = status
  }
}

/** From the answer to a request that was refused. */
export async function refusal(response: Response): Promise<LogbrookError> {
  const { code, message } = said(parsed(await response.text()))
  if (typeof code === 'string') return new LogbrookError(code, response.status, String(message))
  return new LogbrookError('UNKNOWN_SERVER_ERROR', response.status, `HTTP ${response.status} ${response.statusText}, not from Logbrook`)
}

interface Said {
  readonly code?: unknown
  readonly message?: unknown
}

/** Most bodies have `code` and `message`; SQL has them inside of `error`, and sessions call the code `error`. */
function said({ error, ...body }: Said & { readonly error?: unknown }): Said {
  if (typeof error === 'object' && error !== null) return error
  return { code: error, ...body }
}

function parsed(text: string): object {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? body : {}
  } catch {
    return {}
  }
}
