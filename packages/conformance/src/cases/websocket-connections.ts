/** `GET /v1/ws`: what frames are, and how a connection is kept and ends (W8 to W12). */
import assert from 'node:assert/strict'
import { MIB } from '../bodies.ts'
import type { ConformanceCase } from '../case.ts'
import { ANY_SEQ, failure, insertion, liveCase, PUBLIC_TABLE, QUERY, watches } from '../live.ts'
import type { LiveScene } from '../live.ts'
import { inserted } from '../statements.ts'

const HEARTBEAT_MS = 5_000
const SILENT_BEATS = 3
const MESSAGE_BYTES_MAX = MIB
const MESSAGES_PER_SECOND_MAX = 50
const GZIP_BYTES_MIN = 512

/** What the change of a row is, without the row's text. */
async function overhead({ says, connect }: LiveScene): Promise<number> {
  const client = await connect('user')
  await watches(client, 'n', QUERY)
  await says('dba', "INSERT INTO $NS.t (id, body) VALUES (100, '')", inserted(1))
  const { message } = await client.receives(insertion('n', [{ id: '100', body: '', _seq: ANY_SEQ }]))
  await client.leave()
  return JSON.stringify(message).length
}

const frames: readonly ConformanceCase[] = [
  liveCase({
    name: 'a frame is a text below 512 bytes, and compressed from there on for those who agreed',
    proves: ['W8', 'W4'],
    first: [PUBLIC_TABLE],
    play: async (at) => {
      const rest = GZIP_BYTES_MIN - (await overhead(at))
      const agreed = await at.connect('user')
      const asked = await at.connect('user', { query: '?compress=false' })
      await watches(agreed, 'n', QUERY)
      await watches(asked, 'n', QUERY)
      for (const [id, length, isCompressed] of [
        [200, rest - 1, false],
        [300, rest + 40, true],
      ] as const) {
        const body = 'x'.repeat(length)
        await at.says('dba', { sql: 'INSERT INTO $NS.t (id, body) VALUES ($1, $2)', params: [id, body] }, inserted(1))
        const change = insertion('n', [{ id: String(id), body, _seq: ANY_SEQ }])
        assert.equal((await agreed.receives(change)).isBinary, isCompressed, `a body of ${length} characters`)
        assert.equal((await asked.receives(change)).isBinary, false)
      }
    },
  }),
  ...(
    [
      ['no JSON', '{"type":'],
      ['a text', 'ping'],
      ['a list', '[]'],
      ['a type that there is not', '{"type":"shout"}'],
      ['no type', '{}'],
      ['a subscription without its fields', '{"type":"subscribe"}'],
      ['a number for an id', '{"type":"subscribe","subscription":{"id":1,"sql":"SELECT 1"}}'],
      ['a fraction for a _seq', '{"type":"subscribe","subscription":{"id":"n","sql":"SELECT id FROM t","options":{"from":1.5}}}'],
    ] as const
  ).map(([what, text]) =>
    liveCase({
      name: `what is no message ends the connection: ${what}`,
      proves: ['W9'],
      play: async ({ connect, open }) => {
        for (const client of [await connect('user'), await open()]) {
          client.send(text)
          await client.closes(1011, /^Invalid message: ./)
        }
      },
    }),
  ),
  liveCase({
    name: 'bytes are refused, and the connection goes on',
    proves: ['W9'],
    first: [PUBLIC_TABLE],
    play: async ({ connect }) => {
      const client = await connect('user')
      client.sendBytes(Buffer.from('{"type":"ping"}'))
      await client.receives(failure('protocol', 'UNSUPPORTED_DATA'))
      await watches(client, 'n', QUERY)
    },
  }),
  liveCase({
    name: 'a message may have 1 MiB, and no byte more',
    proves: ['W10'],
    first: [PUBLIC_TABLE],
    play: async ({ connect }) => {
      const client = await connect('user')
      client.send(padded(MESSAGE_BYTES_MAX))
      await client.receivesNothing()
      client.send(padded(MESSAGE_BYTES_MAX + 1))
      await client.receives(failure('protocol', 'MESSAGE_TOO_LARGE'))
      await watches(client, 'n', QUERY)
    },
  }),
  liveCase({
    name: 'there may be 50 messages in a second, and no more',
    proves: ['W10'],
    hands: ['letPass'],
    first: [PUBLIC_TABLE],
    play: async ({ connect, scene }) => {
      const client = await connect('user')
      const other = await connect('user')
      for (let sent = 0; sent < MESSAGES_PER_SECOND_MAX; sent++) client.send({ type: 'ping' })
      await client.receivesNothing()
      // However they fall into seconds, those are too many.
      for (let sent = 0; sent < 3 * MESSAGES_PER_SECOND_MAX; sent++) client.send({ type: 'ping' })
      await client.receives(failure('rate_limit', 'RATE_LIMIT_EXCEEDED'))
      await watches(other, 'n', QUERY)
      await scene.hands.letPass(1_000)
      const again = await connect('user')
      for (let sent = 0; sent < MESSAGES_PER_SECOND_MAX; sent++) again.send({ type: 'ping' })
      await again.receivesNothing()
    },
  }),
]

/** A ping of so many bytes. */
function padded(bytes: number): string {
  const frame = '{"type":"ping","x":""}'
  return `{"type":"ping","x":"${'x'.repeat(bytes - frame.length)}"}`
}

const endings: readonly ConformanceCase[] = [
  liveCase({
    name: 'pings of both kinds are taken, and only that of the protocol is answered',
    proves: ['W11'],
    play: async ({ connect }) => {
      const client = await connect('user')
      client.send({ type: 'ping' })
      await client.receivesNothing()
    },
  }),
  liveCase({
    name: 'a client of which nothing is heard for 10 s is gone; whatever it says keeps it',
    proves: ['W11'],
    hands: ['letPass'],
    play: async ({ connect, scene }) => {
      const silent = await connect('user', { autoPong: false })
      const answering = await connect('user')
      const speaking = await connect('user', { autoPong: false })
      const pinging = await connect('user', { autoPong: false })
      for (let beat = 1; beat <= SILENT_BEATS; beat++) {
        await scene.hands.letPass(HEARTBEAT_MS)
        speaking.send({ type: 'ping' })
        await pinging.receivesNothing()
        // One that answers has been asked before this.
        await answering.receivesNothing()
        if (beat === 1) assert.ok(silent.isOpen, 'it is gone after one beat')
      }
      await silent.closes(1000)
      for (const client of [answering, pinging]) await client.receivesNothing()
      assert.ok(speaking.isOpen, 'one that speaks is gone')
    },
  }),
  liveCase({
    name: 'a server that stops says so to everyone',
    proves: ['W12'],
    hands: ['stop'],
    spoilsServer: true,
    play: async ({ connect, open, scene }) => {
      const clients = [await connect('user'), await open()]
      const stopped = scene.hands.stop()
      for (const client of clients) await client.closes(1001)
      await stopped
    },
  }),
]

export const WEBSOCKET_CONNECTION_CASES: readonly ConformanceCase[] = [...frames, ...endings]
