/**
 * A live change on its way: from the request that commits it to its frame at each of a hundred subscribers, all of one client program.
 *
 * The clock starts when the INSERT is sent, so that what is measured is the commit and what comes after it, and more.
 */
import { assertOk, connect, timed } from '../client.ts'
import type { Client } from '../client.ts'
import type { Finding, Scenario } from '../scenario.ts'
import { startBroker, startFloor } from '../servers.ts'
import { logInAsDba, runSql } from '../sql-session.ts'
import type { Session } from '../sql-session.ts'
import { percentile, spread } from '../statistics.ts'

const SUBSCRIBERS = 100
/** As many as one may have. */
const SUBSCRIBERS_PER_USER = 10
const SAMPLES = 100
const WARM_UP_SAMPLES = 50
const SQL = 'SELECT * FROM bench WHERE id >= 0'

export const live: Scenario = {
  name: 'live',
  depth: 'default',
  async measure({ runs }) {
    await using broker = await startBroker({ topics: {}, flags: ['--auth-requests-per-second', '0', '--sql-requests-per-second', '0'] })
    await using floor = await startFloor('hello')
    using client = connect(broker.url)
    using floorClient = connect(floor.url)
    const dba = await logInAsDba(client)
    await runSql(client, dba, "CREATE SHARED TABLE bench (id BIGINT PRIMARY KEY, body TEXT) WITH (ACCESS_LEVEL = 'PUBLIC')")
    using audience = await gather(broker.url, client, dba)
    let id = 0
    const change = async (): Promise<readonly number[]> => {
      const arrivals = audience.next()
      const startMs = performance.now()
      await runSql(client, dba, `INSERT INTO bench VALUES (${++id}, 'a body of some length')`)
      return (await arrivals).map((arrivedMs) => arrivedMs - startMs)
    }
    const hello = async () => [(await timed(async () => assertOk(await floorClient.get('/')))).ms]
    await sample(WARM_UP_SAMPLES, change)
    await sample(WARM_UP_SAMPLES, hello)
    const changeRuns: (readonly number[])[] = []
    const helloRuns: (readonly number[])[] = []
    for (let run = 0; run < runs; run++) {
      changeRuns.push(await sample(SAMPLES, change))
      helloRuns.push(await sample(SAMPLES, hello))
    }
    return [0.5, 0.99].map((share) => finding(share, changeRuns, helloRuns))
  },
}

interface Audience extends Disposable {
  /** When the next change arrives at each. */
  next(): Promise<readonly number[]>
}

async function gather(url: string, client: Client, dba: Session): Promise<Audience> {
  const subscribers: Subscriber[] = []
  for (let user = 0; user < SUBSCRIBERS / SUBSCRIBERS_PER_USER; user++) {
    const login = { user: `reader${user}`, password: 'bench password' }
    await runSql(client, dba, `CREATE USER ${login.user} WITH PASSWORD '${login.password}' ROLE 'user'`)
    const session = assertOk(await client.post('/v1/api/auth/login', JSON.stringify(login))).toString()
    const { access_token: token } = JSON.parse(session) as { readonly access_token: string }
    for (let i = 0; i < SUBSCRIBERS_PER_USER; i++) subscribers.push(await subscribe(url, token))
  }
  return {
    next: () => Promise.all(subscribers.map((subscriber) => subscriber.next())),
    [Symbol.dispose]() {
      for (const subscriber of subscribers) subscriber.close()
    },
  }
}

interface Subscriber {
  next(): Promise<number>
  close(): void
}

/** Over a connection of its own. */
async function subscribe(url: string, token: string): Promise<Subscriber> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/ws`)
  const subscribed = Promise.withResolvers<void>()
  let arrived = Promise.withResolvers<number>()
  socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'authenticate', method: 'jwt', token })))
  socket.addEventListener('error', () => subscribed.reject(new Error('a subscriber could not connect')))
  socket.addEventListener('message', ({ data }) => {
    const { type } = JSON.parse(String(data)) as { readonly type: string }
    if (type === 'auth_success') socket.send(JSON.stringify({ type: 'subscribe', subscription: { id: 'bench', sql: SQL, options: null } }))
    else if (type === 'subscription_ack') subscribed.resolve()
    else if (type === 'change') arrived.resolve(performance.now())
    else subscribed.reject(new Error(`a subscriber was told ${String(data)}`))
  })
  await subscribed.promise
  return {
    next() {
      arrived = Promise.withResolvers()
      return arrived.promise
    },
    close: () => socket.close(),
  }
}

/** All that were taken. */
async function sample(count: number, once: () => Promise<readonly number[]>): Promise<readonly number[]> {
  const samples: number[] = []
  for (let i = 0; i < count; i++) samples.push(...(await once()))
  return samples
}

function finding(share: number, changeRuns: readonly (readonly number[])[], helloRuns: readonly (readonly number[])[]): Finding {
  const over = (runs: readonly (readonly number[])[]) => spread(runs.map((run) => percentile(run, share)))
  return {
    name: `INSERT to its frame at ${SUBSCRIBERS} subscribers, p${share * 100}`,
    unit: 'ms',
    spread: over(changeRuns),
    floor: { name: `hello, p${share * 100}`, spread: over(helloRuns) },
    note: `one at a time, ${SAMPLES} changes a run, from the request that commits to each subscriber, durability os`,
  }
}
