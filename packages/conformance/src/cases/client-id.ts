/** `kafka-client-id` is for logs and diagnosis alone (A5). */
import assert from 'node:assert/strict'
import type { ConformanceCase, Request } from '../case.ts'
import { FETCH_ALL, givenValues, logs, ONE_LOG, recordPaths } from '../requests.ts'
import type { Scene } from '../scene.ts'

const RECORD: Request = { method: 'GET', path: recordPaths('$TOPIC', 0, 0)[0] }
const RECORD_IN_PATH: Request = { method: 'GET', path: recordPaths('$TOPIC', 0, 0)[1] }

const DEFAULTS: readonly (readonly [request: Request, clientId: string])[] = [
  [FETCH_ALL, 'http-fetch-client'],
  [RECORD, 'http-fetch-single-record-client'],
  [RECORD_IN_PATH, 'http-fetch-single-record-client'],
  [ONE_LOG, 'http-datadog-logs-client'],
]

/** Round trips that a line may take to be written after its answer was read. */
const QUESTIONS_MAX = 200

/** The lines of requests that say of themselves `clientId`, once there is one after `from`. */
async function linesNaming(scene: Scene, clientId: string, from = 0): Promise<readonly string[]> {
  for (let question = 0; question < QUESTIONS_MAX; question++) {
    const lines = scene.hands.logLines().slice(from)
    const naming = lines.filter((line) => line.includes(clientId))
    if (naming.length > 0) return naming
    await scene.send({ method: 'GET', path: '/livez' })
  }
  throw new Error(`no log line names ${clientId}`)
}

function withClientId(request: Request, clientId: string): Request {
  return { ...request, headers: { ...request.headers, 'Kafka-Client-ID': clientId } }
}

/** More than anyone calls themselves, and less than the server takes for a header that is too long. */
const LONG = 'x'.repeat(8_000)
const CLIENT_ID_LENGTH_MAX = 1_000

export const CLIENT_ID_CASES: readonly ConformanceCase[] = [
  {
    name: 'client id: each endpoint has its default',
    proves: ['A5'],
    hands: ['logLines'],
    given: { records: [givenValues('$TOPIC', 0, ['one'])] },
    play: async (scene) => {
      for (const [request, clientId] of DEFAULTS) {
        const from = scene.hands.logLines().length
        await scene.exchange({ request, expect: { status: 200 } })
        await linesNaming(scene, clientId, from)
      }
    },
  },
  {
    name: 'client id: it is in the line of every request, also of those that are refused',
    proves: ['A5'],
    hands: ['logLines'],
    given: { records: [givenValues('$TOPIC', 0, ['one'])] },
    play: async (scene) => {
      const refused = [logs('[1]'), logs('[{}]', {}, '/dd/$MISSING/api/v2/logs'), logs('[{}]', {}, '/dd/%2e%2e')]
      for (const [i, request] of [FETCH_ALL, RECORD, RECORD_IN_PATH, ONE_LOG, ...refused].entries()) {
        const clientId = scene.names(`$CLIENT/${i}.0`)
        await scene.send(withClientId(request, clientId))
        const lines = await linesNaming(scene, clientId)
        assert.equal(lines.length, 1, `${request.path}: ${lines.join('')}`)
      }
    },
  },
  {
    name: 'client id: it is bounded and cleaned',
    proves: ['A5'],
    hands: ['logLines'],
    play: async (scene) => {
      const clientId = scene.names('$CLIENT')
      await scene.exchange({ request: withClientId(ONE_LOG, `${clientId}\tb"c\\d\x80\x9b31m\xff{}${LONG}`), expect: { status: 200 } })
      const [line] = await linesNaming(scene, clientId)
      const logged = JSON.parse(line!) as Record<string, unknown>
      const texts = Object.values(logged).filter((value) => typeof value === 'string' && value.startsWith(clientId)) as string[]
      assert.equal(texts.length, 1)
      assert.match(texts[0]!, /^[\x20-\x7e]+$/)
      assert.ok(texts[0]!.length <= CLIENT_ID_LENGTH_MAX, `the client id is logged in ${texts[0]!.length} characters`)
    },
  },
  {
    name: 'client id: it is no label of any metric',
    proves: ['A5'],
    hands: ['waitingLongPolls'],
    play: async (scene) => {
      for (const request of [FETCH_ALL, ONE_LOG]) {
        await scene.exchange({
          request: { ...request, headers: { ...request.headers, 'kafka-client-id': scene.names('$CLIENT') } },
          expect: { status: 200 },
        })
      }
      assert.ok(!(await scene.administration.get('/metrics')).includes(scene.names('$CLIENT')))
    },
  },
]
