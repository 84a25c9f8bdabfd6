/** All that an application asks of KalamDB's dialect, with what Node and browsers bring: fetch and WebSocket. */
export type Cell = null | boolean | number | string | FileReference | readonly number[]
export type Row = Readonly<Record<string, Cell>>

/** What a cell of a FILE column holds. */
export interface FileReference {
  readonly id: string
  readonly sub: string
  readonly name: string
  readonly size: number
  readonly mime: string
  readonly sha256: string
}

/** `rows`: what they are now, of a deletion what they were. */
export interface LiveEvent {
  readonly kind: 'rows' | 'insert' | 'update' | 'delete'
  readonly rows: readonly Row[]
}

export interface TopicMessage {
  readonly offset: number
  readonly op: 'Insert' | 'Update' | 'Delete'
  readonly key: string | null
  /** Base64. */
  readonly payload: string
}

export class Session {
  readonly #url: string
  readonly #token: string

  private constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  static async login(url: string, user: string, password: string): Promise<Session> {
    const response = await fetch(`${url}/v1/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, password }),
    })
    if (!response.ok) throw new Error(`the login was refused: ${await response.text()}`)
    return new Session(url, ((await response.json()) as { access_token: string }).access_token)
  }

  /** Rows of the first result. BIGINT comes as a string: JSON's numbers do not hold all of them. */
  sql(statement: string, params: readonly Cell[] = []): Promise<readonly Row[]> {
    return this.#sql(JSON.stringify({ sql: statement, params }), { 'content-type': 'application/json' })
  }

  /** Files by the names that `FILE("…")` in the statement has for them. */
  upload(statement: string, files: Readonly<Record<string, File>>, params: readonly Cell[] = []): Promise<readonly Row[]> {
    const form = new FormData()
    form.set('sql', statement)
    form.set('params', JSON.stringify(params))
    for (const [name, file] of Object.entries(files)) form.set(`file:${name}`, file)
    return this.#sql(form)
  }

  /** @param table `namespace.table` */
  async download(table: string, { sub, id }: FileReference): Promise<Blob> {
    const response = await fetch(`${this.#url}/v1/files/${table.replace('.', '/')}/${sub}/${id}`, { headers: this.#headers() })
    if (!response.ok) throw new Error(await response.text())
    return await response.blob()
  }

  /**
   * The rows that a query selects, then what happens to them, until the connection ends.
   *
   * @param from the highest `_seq` that was seen, to go on there after a connection that was lost
   */
  async *live(query: string, from?: string): AsyncGenerator<LiveEvent, void> {
    const socket = new WebSocket(`${this.#url.replace('http', 'ws')}/v1/ws?compress=false`)
    const send = (message: object): void => socket.send(JSON.stringify(message))
    socket.addEventListener('open', () => send({ type: 'authenticate', method: 'jwt', token: this.#token }))
    const options = from === undefined ? {} : { from }
    for await (const message of messagesOf(socket)) {
      switch (message.type) {
        case 'auth_success':
          send({ type: 'subscribe', subscription: { id: 'live', sql: query, options } })
          break
        case 'subscription_ack':
          break
        case 'initial_data_batch':
          yield { kind: 'rows', rows: message.rows ?? [] }
          if (message.batch_control?.has_more === true) send({ type: 'next_batch', subscription_id: 'live' })
          break
        case 'change':
          yield { kind: message.change_type!, rows: message.rows ?? message.old_values ?? [] }
          break
        case 'auth_error':
        case 'error':
          throw new Error(message.message)
      }
    }
  }

  /** What nobody else in the group has been handed. It comes again unless it is acknowledged within a minute. */
  async consume(topic: string, group: string): Promise<readonly TopicMessage[]> {
    const asked = { topic_id: topic, group_id: group, start: 'Earliest', timeout_seconds: 10 }
    return ((await this.#topics('consume', asked)) as { messages: readonly TopicMessage[] }).messages
  }

  /** Done with everything up to an offset. */
  async acknowledge(topic: string, group: string, offset: number): Promise<void> {
    await this.#topics('ack', { topic_id: topic, group_id: group, upto_offset: offset })
  }

  async #sql(body: string | FormData, headers: Readonly<Record<string, string>> = {}): Promise<readonly Row[]> {
    const response = await fetch(`${this.#url}/v1/api/sql`, { method: 'POST', headers: { ...this.#headers(), ...headers }, body })
    const { results, error } = (await response.json()) as SqlAnswer
    if (error !== undefined) throw new Error(`${error.code}: ${error.message}`)
    const { schema = [], rows = [] } = results[0] ?? {}
    return rows.map((cells) => Object.fromEntries(schema.map(({ name }, at) => [name, cells[at] ?? null])))
  }

  async #topics(endpoint: string, asked: object): Promise<unknown> {
    const headers = { ...this.#headers(), 'content-type': 'application/json' }
    const response = await fetch(`${this.#url}/v1/api/topics/${endpoint}`, { method: 'POST', headers, body: JSON.stringify(asked) })
    if (!response.ok) throw new Error(await response.text())
    return await response.json()
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}` }
  }
}

interface SqlAnswer {
  readonly results: readonly { readonly schema?: readonly { readonly name: string }[]; readonly rows?: readonly (readonly Cell[])[] }[]
  readonly error?: { readonly code: string; readonly message: string }
}

interface Message {
  readonly type: 'auth_success' | 'auth_error' | 'subscription_ack' | 'initial_data_batch' | 'change' | 'error'
  readonly rows?: readonly Row[]
  readonly old_values?: readonly Row[]
  readonly change_type?: 'insert' | 'update' | 'delete'
  readonly batch_control?: { readonly has_more: boolean }
  readonly message?: string
}

function messagesOf(socket: WebSocket): ReadableStream<Message> {
  const listening = new AbortController()
  return new ReadableStream<Message>({
    start(controller) {
      const { signal } = listening
      socket.addEventListener('message', ({ data }) => controller.enqueue(JSON.parse(String(data)) as Message), { signal })
      socket.addEventListener('close', () => controller.close(), { signal })
    },
    cancel() {
      listening.abort()
      socket.close()
    },
  })
}
