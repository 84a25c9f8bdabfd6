/**
 * A consumer in a process of its own: `node consumer.ts URL AUTHORIZATION REQUEST`. Prints the offsets that it was handed, and acknowledges
 * them when a line comes in, until it is killed.
 */
import { argv, stdin } from 'node:process'
import { createInterface } from 'node:readline'

const [, , url = '', authorization = '', text = ''] = argv
const request = JSON.parse(text) as { readonly topic_id: string; readonly group_id: string }
const permitted = createInterface(stdin)[Symbol.asyncIterator]()

async function post(endpoint: string, body: object): Promise<unknown> {
  const headers = { authorization, 'content-type': 'application/json' }
  const response = await fetch(`${url}/v1/api/topics/${endpoint}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return await response.json()
}

for (;;) {
  const { messages } = (await post('consume', request)) as { readonly messages: readonly { readonly offset: number }[] }
  const offsets = messages.map(({ offset }) => offset)
  console.log(JSON.stringify(offsets))
  if ((await permitted.next()).done === true) break
  const { topic_id, group_id } = request
  if (offsets.length > 0) await post('ack', { topic_id, group_id, upto_offset: offsets.at(-1) })
}
