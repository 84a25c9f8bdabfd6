/** Server-sent events out of a response's bytes, as the HTML standard reads them. */

export interface StreamEvent {
  /** `message` where the stream names none. */
  readonly event: string
  /** The last id that the stream gave, also without data. */
  readonly id: string
  /** `null`: a block without data, which a reader is not shown; it may still have set the id. */
  readonly data: string | null
}

/** Ends when the bytes do; an event cut off by that is not handed out. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent, void> {
  let id = ''
  let event = ''
  let data: string[] = []
  for await (const line of readLines(body)) {
    if (line !== '') {
      const { field, value } = splitField(line)
      if (field === 'data') data.push(value)
      else if (field === 'event') event = value
      else if (field === 'id') id = value
      continue
    }
    yield { event: event === '' ? 'message' : event, id, data: data.length === 0 ? null : data.join('\n') }
    event = ''
    data = []
  }
}

async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  let rest: string[] = []
  for await (const chunk of readChunks(body)) {
    const lines = decoder.decode(chunk, { stream: true }).split('\n')
    const last = lines.pop() ?? ''
    for (const line of lines) {
      yield withoutReturn(rest.join('') + line)
      rest = []
    }
    // Pieces are joined once: a long line that comes in many chunks would else be copied as many times.
    rest.push(last)
  }
}

/** Streams are not iterable in every browser. */
async function* readChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    // A reader that leaves early hangs up; one that was cut off has nothing to cancel.
    await reader.cancel().catch(() => undefined)
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

/** A comment's field is empty. */
function splitField(line: string): { readonly field: string; readonly value: string } {
  const colon = line.indexOf(':')
  if (colon === -1) return { field: line, value: '' }
  return { field: line.slice(0, colon), value: line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1) }
}
