/** A consumer as KalamDB's clients are one: a login, and requests with its token. */
import assert from 'node:assert/strict'
import type { ConsumeResponse } from '@logbrook/contract/consuming'
import type { SessionResponse } from '@logbrook/contract/sessions'
import { ask } from './own-api-server.ts'
import type { Answer } from './own-api-server.ts'

export interface TopicConsumer {
  /** `consume`, `ack` or `latest-offsets`, whatever the answer. */
  post(endpoint: string, json: unknown): Promise<Answer>
  consume(request: object): Promise<ConsumeResponse>
  ack(request: object): Promise<void>
  readonly authorization: string
}

/** @param login `user:password` */
export async function topicConsumer(url: string, login: string): Promise<TopicConsumer> {
  const [user, password] = login.split(':')
  const session = await ask(`${url}/v1/api/auth/login`, { method: 'POST', json: { user, password } })
  assert.equal(session.status, 200, JSON.stringify(session.body))
  const authorization = `Bearer ${(session.body as SessionResponse).access_token}`

  function post(endpoint: string, json: unknown): Promise<Answer> {
    return ask(`${url}/v1/api/topics/${endpoint}`, { method: 'POST', json, headers: { authorization } })
  }

  async function succeed(endpoint: string, json: unknown): Promise<unknown> {
    const { status, body } = await post(endpoint, json)
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }

  return {
    authorization,
    post,
    consume: async (request) => (await succeed('consume', request)) as ConsumeResponse,
    async ack(request) {
      await succeed('ack', request)
    },
  }
}

export function offsetsOf({ messages }: ConsumeResponse): readonly number[] {
  return messages.map(({ offset }) => offset)
}
